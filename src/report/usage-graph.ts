import type { Amount } from '../pollen/amount.ts';

/** A call of a run that may stand among the account's billed calls. */
interface SentCall {
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** Milliseconds since the epoch between which the account may have written it down, both included. */
  readonly from: number;
  readonly to: number;
}

/** A call whose charge is known, and that explains a row. */
export interface KnownCall extends SentCall {
  readonly amount: Amount;
}

/** A call that was perhaps billed. */
export interface UnknownCall extends SentCall {
  /** The same for all attempts of one call. */
  readonly name: string;
  /** `undefined` where nothing bounds it. */
  readonly atMost: Amount | undefined;
  /** Whether it was billed at just that, or not at all. */
  readonly isPrice?: boolean;
  /** Units of its prompt, where another attempt's answer has told them. */
  readonly promptUnits?: number;
}

/** A billed call, as the account tells it. */
export interface BilledCall {
  readonly at: number;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly amount: Amount;
  readonly promptUnits: number;
  readonly keyName?: string;
}

/** Which row each call was given, and what else would have been possible. */
export interface UsageGraph {
  /** Gives every known call a row, as far as there are enough. */
  matchKnown(): void;
  /** Gives an unknown call a row; known ones may be given another one for it. */
  matchUnknown(call: number): void;
  rowOfKnown(call: number): number | undefined;
  rowOfUnknown(call: number): number | undefined;
  /** Rows that an unknown call could have been given. */
  rowsFor(call: number): readonly number[];
  /** Whether the calls could share the rows out otherwise, so that a row which nobody has is used in place of this call's. */
  hasOtherRows(call: number): boolean;
}

/** Rows of one kind, model and amount, or of one kind and model, in the order of time. */
type Lane = readonly number[];

const NOBODY = -1;

/** Calls and the rows that could be theirs. Known calls come before unknown ones in what rows remember of their owner. */
export function createUsageGraph(
  known: readonly KnownCall[],
  unknown: readonly UnknownCall[],
  rows: readonly BilledCall[],
): UsageGraph {
  const byTime = rows.map((_, index) => index).sort((left, right) => atOf(left) - atOf(right));
  const byModel = laneOf(byTime, (row) => modelOf(rows[row]));
  const byAmount = laneOf(byTime, (row) => amountOf(rows[row]));
  const owners = new Int32Array(rows.length).fill(NOBODY);
  const given = new Int32Array(known.length + unknown.length).fill(NOBODY);
  const lanes = known.map((call) => byAmount.get(amountOf(call)) ?? []);
  // Rows from which no way leads to one that nobody has, and never will: a search that has failed need not be made again.
  const dead = new Uint8Array(rows.length);
  let skips: ReadonlyMap<Lane, Int32Array> = new Map();

  function atOf(row: number): number {
    return rows[row]?.at ?? 0;
  }
  function give(call: number, row: number): void {
    given[call] = row;
    owners[row] = call;
  }
  function rowsFor(call: number): readonly number[] {
    const one = unknown[call];
    if (one === undefined) return [];
    const lane = byModel.get(modelOf(one)) ?? [];
    return lane.slice(firstFrom(lane, one.from, atOf), firstFrom(lane, one.to + 1, atOf)).filter((index) => {
      const row = rows[index];
      return (
        row !== undefined &&
        (one.atMost === undefined || row.amount <= one.atMost) &&
        (one.promptUnits === undefined || row.promptUnits === one.promptUnits)
      );
    });
  }

  // From a call to a row that nobody has, over rows whose owners could take another one: breadth first, each row once.
  function search(call: number): readonly (readonly [call: number, row: number])[] | undefined {
    const direct = rowsFor(call - known.length).find((row) => owners[row] === NOBODY);
    if (direct !== undefined) return [[call, direct]];
    const from = new Map<number, number>();
    const passed = new Map<Lane, Int32Array>();
    const queue = [call];
    for (const next of queue) {
      for (const row of next < known.length ? unseen(next, passed) : rowsFor(next - known.length)) {
        if (dead[row] === 1 || from.has(row) || given[next] === row) continue;
        from.set(row, next);
        const owner = owners[row] ?? NOBODY;
        if (owner === NOBODY) return pathTo(row, call, from);
        queue.push(owner);
      }
    }
    for (const row of from.keys()) dead[row] = 1;
    skips = new Map([...skips, ...passed]);
    return undefined;
  }
  function pathTo(
    last: number,
    call: number,
    from: ReadonlyMap<number, number>,
  ): readonly (readonly [number, number])[] {
    const path: (readonly [number, number])[] = [];
    let row = last;
    for (;;) {
      const owner = from.get(row) ?? call;
      path.push([owner, row]);
      if (owner === call) return path;
      row = given[owner] ?? NOBODY;
    }
  }
  // A flat price has one lane for a whole run: what a search has passed there is skipped, not looked at again.
  function* unseen(call: number, passed: Map<Lane, Int32Array>): Generator<number> {
    const one = known[call];
    const lane = lanes[call] ?? [];
    if (one === undefined) return;
    const next =
      passed.get(lane) ??
      skips.get(lane)?.slice() ??
      Int32Array.from({ length: lane.length + 1 }, (_, at) => at);
    passed.set(lane, next);
    const end = firstFrom(lane, one.to + 1, atOf);
    for (let at = skip(next, firstFrom(lane, one.from, atOf)); at < end; at = skip(next, at)) {
      next[at] = at + 1;
      yield lane[at] ?? NOBODY;
    }
  }

  return {
    matchKnown() {
      const byLane = laneOf([...known.keys()], (call) => amountOf(known[call]));
      for (const [name, calls] of byLane) matchLane(byAmount.get(name) ?? [], calls);
    },
    matchUnknown(call) {
      for (const [owner, row] of search(known.length + call) ?? []) give(owner, row);
    },
    rowOfKnown: (call) => rowOf(call),
    rowOfUnknown: (call) => rowOf(known.length + call),
    rowsFor,
    hasOtherRows: (call) => search(known.length + call) !== undefined,
  };

  function rowOf(call: number): number | undefined {
    const row = given[call] ?? NOBODY;
    return row === NOBODY ? undefined : row;
  }
  // Row after row, to the call that may wait for the next one the least: no other way serves more calls.
  function matchLane(lane: Lane, calls: readonly number[]): void {
    const coming = [...calls].sort((left, right) => (known[left]?.from ?? 0) - (known[right]?.from ?? 0));
    const waiting: number[] = [];
    let come = 0;
    for (const row of lane) {
      for (; (known[coming[come] ?? NOBODY]?.from ?? Infinity) <= atOf(row); come += 1) {
        const call = coming[come] ?? NOBODY;
        const to = known[call]?.to ?? 0;
        const place = waiting.findLastIndex((other) => (known[other]?.to ?? 0) >= to);
        waiting.splice(place + 1, 0, call);
      }
      while ((known[waiting.at(-1) ?? NOBODY]?.to ?? Infinity) < atOf(row)) waiting.pop();
      const call = waiting.pop();
      if (call !== undefined) give(call, row);
    }
  }
}

function laneOf(
  rows: readonly number[],
  nameOf: (row: number) => string,
): ReadonlyMap<string, readonly number[]> {
  const lanes = new Map<string, number[]>();
  for (const row of rows) {
    const lane = lanes.get(nameOf(row));
    if (lane === undefined) lanes.set(nameOf(row), [row]);
    else lane.push(row);
  }
  return lanes;
}

function firstFrom(lane: Lane, time: number, atOf: (row: number) => number): number {
  let low = 0;
  let high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (atOf(lane[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function skip(next: Int32Array, start: number): number {
  let end = start;
  while ((next[end] ?? end) !== end) end = next[end] ?? end;
  for (let at = start; at !== end;) {
    const after = next[at] ?? end;
    next[at] = end;
    at = after;
  }
  return end;
}

/** Calls of a kind and a model, to each other. */
export function modelOf(call: { readonly kind: string; readonly model: string } | undefined): string {
  return `${call?.kind} ${call?.model}`;
}

function amountOf(
  call: { readonly kind: string; readonly model: string; readonly amount: bigint } | undefined,
): string {
  return `${modelOf(call)} ${call?.amount}`;
}
