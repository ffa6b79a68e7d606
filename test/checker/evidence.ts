import type { JournalEntry } from '../../src/emulator/index.ts';

/** What the author of a job wanted, as whoever wrote it knows. */
export interface Wish {
  /** What the author asked for, by item: words that the requests of the item must hold. @default what the plan says */
  readonly asked?: ReadonlyMap<string, readonly string[]>;
  /** What it might spend, decimal Pollen. @default what its report says */
  readonly budget?: string;
}

/**
 * What outside witnesses have of one run. Nothing of it was read by code of the product. Three of its inputs are the product's
 * own word all the same: the sights, and where no wish is known, what was asked for and the budget.
 */
export interface Evidence extends Wish {
  readonly runId: string;
  /** Every object of the run's folder, by its key below it. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** What the API has noted of the run's requests, in the order in which they were settled. */
  readonly journal: readonly JournalEntry[];
  /** What Temporal has of it. @default not looked at */
  readonly temporal?: { readonly status: string; readonly openPages: number };
  /** What its workflow said it had spent and set aside at some moments, and what it might, decimal Pollen. */
  readonly sights?: readonly { readonly settled: string; readonly held: string; readonly budget: string }[];
}

/** The start of every request id of a run. */
export function requestPrefix(runId: string): string {
  return `${runId.replaceAll('.', '_')}-`;
}

/** What the journal has of one run. */
export function journalOf(runId: string, journal: readonly JournalEntry[]): readonly JournalEntry[] {
  const prefix = requestPrefix(runId);
  return journal.filter(({ requestId }) => new RegExp(`^${prefix}\\d`).test(requestId));
}

/** The run that a request was for, as request ids name it; `undefined` where it was for none. */
export function runOf({ requestId }: JournalEntry): string | undefined {
  return /^(.*-[0-9a-f]{10}(?:-r\d+)?)-\d/.exec(requestId)?.[1];
}

/** Number of the item that a request was for. */
export function itemOf(runId: string, { requestId }: JournalEntry): number {
  return Number(requestId.slice(requestPrefix(runId).length).split('-')[0]);
}

/** Which call a request was for: its id without the number of the attempt. */
export function callOf({ requestId }: JournalEntry): string {
  return requestId.slice(0, requestId.lastIndexOf('-'));
}
