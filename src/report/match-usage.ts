import type { Amount } from '../pollen/amount.ts';
import type { Settlement } from './settlement.ts';
import {
  createUsageGraph,
  modelOf,
  type BilledCall,
  type KnownCall,
  type UnknownCall,
  type UsageGraph,
} from './usage-graph.ts';

export interface UsageToMatch {
  readonly known: readonly KnownCall[];
  readonly unknown: readonly UnknownCall[];
  readonly rows: readonly BilledCall[];
}

/**
 * Finds what the account's billed calls tell of charges that are unknown. A row is given out once: first to the charges
 * that are known, to the last 1e-8, then to those that are not, where kind, model, time, prompt and bound allow it. Where
 * there are more rows than calls, some are not the run's, and what they could be meant for stays unknown.
 * A row of somebody else in the place of a call that was not billed looks like one of the run: what is settled assumes that
 * nobody else used the key meanwhile.
 *
 * @returns a settlement for each unknown call, in their order
 */
export function matchUsage({ known, unknown, rows: all }: UsageToMatch): readonly Settlement[] {
  const kept = rowsOfOneKey(known, all);
  const rows = kept.map(({ row }) => row);
  const graph = createUsageGraph(known, unknown, rows);
  graph.matchKnown();
  for (const call of unknown.keys()) graph.matchUnknown(call);
  const unexplained = known.filter((_, call) => graph.rowOfKnown(call) === undefined).map(modelOf);
  const missing = new Set(unexplained);
  const settlements = new Map<number, Settlement>();
  const amountOf = (call: number): Amount => rows[graph.rowOfUnknown(call) ?? -1]?.amount ?? 0n;
  for (const [number, calls] of sharingCalls(unknown.length, graph).entries()) {
    const isGuess =
      new Set(calls.map(amountOf)).size > 1 && new Set(calls.map((call) => unknown[call]?.name)).size > 1;
    for (const call of calls) {
      const row = graph.rowOfUnknown(call);
      settlements.set(call, {
        amount: amountOf(call),
        ...(row === undefined ? {} : { row: kept[row]?.index ?? row }),
        ...(isGuess ? { group: number + 1 } : {}),
      });
    }
  }
  const isProven = unexplained.length < known.length;
  return unknown.map((call, index): Settlement => {
    if (missing.has(modelOf(call))) return { open: 'rows-missing' };
    if (!isProven) return { open: 'no-proof' };
    if (graph.hasOtherRows(index)) return { open: 'others' };
    return settlements.get(index) ?? { open: 'no-proof' };
  });
}

interface IndexedRow {
  readonly index: number;
  readonly row: BilledCall;
}

// The rows do not say whose they are, but by what key: that of the run is the one whose rows explain what is known of it.
function rowsOfOneKey(known: readonly KnownCall[], all: readonly BilledCall[]): readonly IndexedRow[] {
  const indexed = all.map((row, index) => ({ index, row }));
  const names = [...new Set(all.map(({ keyName }) => keyName))];
  if (names.length < 2 || known.length === 0) return indexed;
  const own = names.filter((name) => {
    const graph = createUsageGraph(
      known,
      [],
      all.filter(({ keyName }) => keyName === name),
    );
    graph.matchKnown();
    return known.every((_, call) => graph.rowOfKnown(call) !== undefined);
  });
  const [only, ...others] = own;
  return own.length === 1 && others.length === 0
    ? indexed.filter(({ row }) => row.keyName === only)
    : indexed;
}

// Calls that could have been given each other's rows.
function sharingCalls(count: number, graph: UsageGraph): readonly (readonly number[])[] {
  const parents = Array.from({ length: count }, (_, call) => call);
  const rootOf = (call: number): number => {
    let root = call;
    for (let next = parents[root] ?? root; next !== root; next = parents[root] ?? root) {
      parents[root] = parents[next] ?? next;
      root = next;
    }
    return root;
  };
  const owners = new Map(parents.map((call) => [graph.rowOfUnknown(call), call]));
  for (let call = 0; call < count; call += 1) {
    for (const row of graph.rowsFor(call)) {
      const owner = owners.get(row);
      if (owner !== undefined) parents[rootOf(call)] = rootOf(owner);
    }
  }
  const members = new Map<number, number[]>();
  for (let call = 0; call < count; call += 1) {
    members.set(rootOf(call), [...(members.get(rootOf(call)) ?? []), call]);
  }
  return [...members.values()];
}
