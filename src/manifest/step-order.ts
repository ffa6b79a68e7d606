import type { Node } from 'yaml';

import { quoted } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** A step that another one waits for, and where it says so. */
export interface StepUse {
  /** Position of the step that waits. */
  readonly from: number;
  readonly id: string;
  readonly node: Node;
}

/** Reports steps that wait for one that is not there, stands after them, or waits for them. */
export function checkOrder(ids: readonly string[], uses: readonly StepUse[], reporter: Reporter): void {
  const edges = ids.map(() => new Set<number>());
  for (const { from, id } of uses) edges[from]?.add(ids.indexOf(id));
  for (const { from, id, node } of uses) {
    const to = ids.indexOf(id);
    if (to === -1) {
      const others = () => ids.filter((other) => other !== '' && other !== ids[from]);
      const hint = reporter.hint(id, others, 'the steps here');
      reporter.report(node, 'step-unknown', `unknown step ${quoted(id)}${hint}`);
      continue;
    }
    if (to < from) continue;
    if (to === from) {
      reporter.report(node, 'step-cycle', `the step ${quoted(id)} needs itself; name the steps before it`);
      continue;
    }
    const way = wayBack(edges, to, from);
    if (way === undefined) {
      reporter.report(node, 'step-order', `the step ${quoted(id)} stands after this one; move it up`);
    } else {
      const round = [from, ...way].map((index) => ids[index]).join(' → ');
      reporter.report(node, 'step-cycle', `these steps wait for each other: ${round}`);
    }
  }
}

function wayBack(
  edges: readonly ReadonlySet<number>[],
  start: number,
  end: number,
): readonly number[] | undefined {
  const ways: (readonly number[])[] = [[start]];
  const seen = new Set([start]);
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const at = way.at(-1) ?? end;
    if (at === end) return way;
    for (const next of edges[at] ?? []) {
      if (next === -1 || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
