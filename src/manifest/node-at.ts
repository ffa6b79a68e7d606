import { isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { Alias, Node, Pair, YAMLMap } from 'yaml';

/** Way from a node to one below it. */
export type Path = readonly PropertyKey[];

const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
const targets = new WeakMap<Node, Node>();

/** Remembers what an alias stands for. */
export function rememberTarget(alias: Alias, target: Node): void {
  targets.set(alias, target);
}

function targetOf(node: Node): Node {
  return targets.get(node) ?? node;
}

/** Whether there is a value at a path, through aliases too. */
export function hasValueAt(root: Node, path: Path): boolean {
  return follow(root, path).isWhole;
}

/** The node of the value at a path, through aliases, or the nearest one above it: what it is, not where it stands. */
export function valueNode(root: Node, path: Path): Node {
  return follow(root, path).node;
}

function follow(root: Node, path: Path): { readonly node: Node; readonly isWhole: boolean } {
  let node = targetOf(root);
  for (const step of path) {
    const next = childOf(node, step, nothing);
    if (next === undefined) return { node, isWhole: false };
    node = targetOf(next);
  }
  return { node, isWhole: true };
}

/** The node of a key, for problems with the key itself. */
export function keyNode(parent: Node, path: Path, key: string): Node {
  const map = nodeAt(parent, path);
  const pair = isMap(map) ? pairOf(map, key) : undefined;
  return isScalar(pair?.key) ? pair.key : map;
}

/** The node at a path, or the nearest one above it; below an alias the alias; the key stands in for a value that is left out. */
export function nodeAt(root: Node, path: Path): Node {
  let node = root;
  for (const step of path) {
    const next = childOf(node, step);
    if (!next) return node;
    node = next;
  }
  return node;
}

/** The value of a map that is left out. */
const nothing = new Scalar(null);

/** @param leftOut - what stands for a value that is left out. @default its key */
function childOf(node: Node, step: PropertyKey, leftOut?: Node): Node | undefined {
  if (isSeq(node)) return node.items[Number(step)] as Node | undefined;
  if (!isMap(node)) return undefined;
  const pair = pairOf(node, String(step));
  if (!pair) return undefined;
  const value = pair.value as Node | null;
  return !value || (isScalar(value) && value.source === '' && value.value === null)
    ? (leftOut ?? (pair.key as Node))
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
