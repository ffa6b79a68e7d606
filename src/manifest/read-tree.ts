import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { forbiddenNames } from './forbidden-names.ts';
import { rememberTarget } from './node-at.ts';
import { printable, quoted } from './printable.ts';
import { tagRefused } from './read-yaml.ts';
import type { TextFault } from './read-yaml.ts';

const coreTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Most nodes that a file may come to with its aliases written out. */
const maxExpanded = 100_000;

const loneSurrogate = /\p{Surrogate}/u;

/** YAML nodes as plain JSON values. */
export interface Tree {
  readonly value: unknown;
  readonly faults: readonly TextFault[];
  /** Nodes that a finding is about already: what else seems wrong with them follows from it. */
  readonly broken: ReadonlySet<Node>;
}

interface Anchored {
  readonly node: Node;
  /** Absent while the node is being read. */
  readonly read?: { readonly value: unknown; readonly size: number };
}

/**
 * Turns nodes into plain values in one pass, finding doubled and forbidden keys, and values that JSON would change.
 * What aliases stand for is shared, not copied; counted, it may not pass 100,000 nodes.
 */
export function readTree(root: Node | null): Tree {
  const faults: TextFault[] = [];
  const broken = new Set<Node>();
  const anchors = new Map<string, Anchored>();
  let size = 0;
  let isBomb = false;
  const find = (node: Node, code: TextFault['code'], message: string) => {
    faults.push({ offset: node.range?.[0] ?? 0, code, message });
    broken.add(node);
  };

  const readScalar = (node: Scalar): unknown => {
    const { value } = node;
    if (typeof value === 'string' && loneSurrogate.test(value)) {
      find(node, 'text-ill-formed', 'half of a surrogate pair is not a character and cannot be sent');
    } else if (typeof value === 'number' && !Number.isFinite(value)) {
      find(node, 'number-not-finite', `${printable(node.source ?? '')} is not a number that can be sent`);
    } else if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      find(
        node,
        'number-inexact',
        `${quoted(node.source ?? '')} loses digits as a number (${value}); whole numbers go to 9007199254740991`,
      );
    }
    return value;
  };

  const readMap = (map: YAMLMap): Record<string, unknown> => {
    const value: Record<string, unknown> = {};
    for (const { key, value: child } of map.items) {
      if (!isScalar(key) || typeof key.value !== 'string') continue;
      const name = key.value;
      readScalar(key);
      if (forbiddenNames.has(name)) find(key, 'key-forbidden', `the key ${quoted(name)} is not allowed`);
      else if (name === '<<' && key.type === 'PLAIN')
        find(key, 'yaml-merge', 'merge keys (<<) are not allowed');
      else if (Object.hasOwn(value, name))
        find(key, 'key-duplicate', `the key ${quoted(name)} is in this map already`);
      else {
        value[name] = read(child);
        continue;
      }
      read(child);
    }
    return value;
  };

  const readAlias = (alias: Alias): unknown => {
    const anchored = anchors.get(alias.source);
    if (anchored?.read === undefined) {
      const problem =
        anchored === undefined
          ? `no anchor &${alias.source} stands before this alias`
          : `the alias stands inside of what &${alias.source} names`;
      find(alias, 'yaml-alias', printable(`${problem}; write the value out`));
      return undefined;
    }
    if (isBomb || size + anchored.read.size > maxExpanded) {
      if (!isBomb) {
        find(
          alias,
          'yaml-alias',
          `with its aliases written out the file has more than ${maxExpanded} values`,
        );
      }
      isBomb = true;
      broken.add(alias);
      return undefined;
    }
    size += anchored.read.size;
    rememberTarget(alias, anchored.node);
    return anchored.read.value;
  };

  const readPlain = (node: YAMLMap | YAMLSeq | Scalar): unknown => {
    // The composer reports tags that it cannot resolve; the bare one it takes to mean text.
    if (node.tag === '!') find(node, 'yaml-tag', tagRefused);
    else if (node.tag && !coreTags.has(node.tag)) broken.add(node);
    if (isMap(node)) return readMap(node);
    return isSeq(node) ? node.items.map(read) : readScalar(node);
  };

  const read = (node: unknown): unknown => {
    if (isAlias(node)) return readAlias(node);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
    const before = size;
    size += 1;
    if (node.anchor === undefined) return readPlain(node);
    anchors.set(node.anchor, { node });
    const value = readPlain(node);
    anchors.set(node.anchor, { node, read: { value, size: size - before } });
    return value;
  };

  return { value: read(root), faults, broken };
}
