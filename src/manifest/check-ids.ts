import type { Node } from 'yaml';
import { rowsOf } from './check-items.ts';
import { nodeAt } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Reporter } from './reporter.ts';

/**
 * Checks that ids stay apart: also in stores and file systems that fold case, and from the numbers (counted from 1)
 * that name items without an id.
 */
export function checkIds(items: readonly unknown[], listNode: Node, reporter: Reporter): void {
  const given = new Map<string, { readonly id: string; readonly node: Node }>();
  const automatic = new Set<string>();
  let number = 1;
  items.forEach((item, index) => {
    const id = idOf(item);
    if (id === undefined) {
      for (let row = 0; row < rowsOf(item); row += 1) automatic.add(String(number + row));
    } else {
      const node = nodeAt(listNode, [index, 'id']);
      const earlier = given.get(id.toLowerCase());
      if (earlier)
        reporter.report(
          node,
          'id-duplicate',
          alreadyTaken(id, earlier.id, reporter.placeOf(earlier.node).line),
        );
      else given.set(id.toLowerCase(), { id, node });
    }
    number += rowsOf(item);
  });
  for (const { id, node } of given.values()) {
    if (!automatic.has(id)) continue;
    reporter.report(
      node,
      'id-reserved',
      `item number ${id} has no id and is named ${quoted(id)} already; give it an id, or this one another`,
    );
  }
}

function alreadyTaken(id: string, earlier: string, line: number): string {
  const how = id === earlier ? 'taken' : `taken by ${quoted(earlier)}, whose case alone differs,`;
  return `the id ${quoted(id)} is ${how} in line ${line}`;
}

function idOf(item: unknown): string | undefined {
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
