import { isMap, isScalar, isSeq } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';

/** Way from a node to one below it. */
export type Path = readonly PropertyKey[];

const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The node of a key, for problems with the key itself. */
export function keyNode(parent: Node, path: Path, key: string): Node {
  const map = nodeAt(parent, path);
  const pair = isMap(map) ? pairOf(map, key) : undefined;
  return isScalar(pair?.key) ? pair.key : map;
}

/** The node at a path, or the nearest one above it; the key stands in for a value that is left out. */
export function nodeAt(root: Node, path: Path): Node {
  let node = root;
  for (const step of path) {
    const next = childOf(node, step);
    if (!next) return node;
    node = next;
  }
  return node;
}

function childOf(node: Node, step: PropertyKey): Node | undefined {
  if (isSeq(node)) return node.items[Number(step)] as Node | undefined;
  if (!isMap(node)) return undefined;
  const pair = pairOf(node, String(step));
  if (!pair) return undefined;
  const value = pair.value as Node | null;
  return !value || (isScalar(value) && value.source === '' && value.value === null)
    ? (pair.key as Node)
    : value;
}

/** Through an index, so that a map of 20,000 unknown keys is looked through once and not 20,000 times. */
function pairOf(map: YAMLMap, key: string): Pair | undefined {
  let index = indexes.get(map);
  if (!index) {
    const pairs = map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair] as const);
    // The first of doubled keys is the one that counts, so it is set last.
    index = new Map(pairs.reverse());
    indexes.set(map, index);
  }
  return index.get(key);
}
