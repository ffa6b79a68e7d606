import type { Evidence } from './evidence.ts';

/** Parts of the stored files that are looked at; their format is in the README and in `docs/`. */
export interface Charge {
  readonly amount: string | null;
  readonly certainty: 'exact' | 'free' | 'unknown';
}

export interface Attempt {
  readonly attempt: number;
  readonly code: string;
  readonly requestId?: string;
  readonly charge: Charge;
}

export interface Cost {
  readonly settled: string;
  readonly unknown: { readonly count: number; readonly atMost: string | null };
}

/** An answer: that of an item of one call, or of one of its steps. */
export interface Answer {
  readonly status: string;
  readonly kind: 'text' | 'image';
  readonly text?: string;
  readonly sha256?: string;
  readonly artifact?: { readonly key: string; readonly sha256: string };
  readonly reused?: { readonly runId: string };
  readonly step?: string;
  readonly index?: number;
  readonly repair?: number;
}

export interface Line extends Answer {
  readonly number: number;
  readonly id: string;
  readonly attempts: readonly Attempt[];
  /** Attempts that were told to slow down. */
  readonly throttled?: number;
  readonly cost: Cost;
  readonly steps?: readonly Answer[];
}

export interface BillLine {
  readonly number: number;
  readonly id: string;
  readonly code: string;
  readonly requestId?: string;
  readonly amount: string | null;
  readonly certainty: Charge['certainty'];
}

export interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired?: number;
  readonly settled: string;
  readonly unknown: Cost['unknown'];
}

export interface Report {
  readonly state: string;
  readonly items: number;
  readonly tally: Tally;
  readonly attempts: Readonly<Record<string, number>>;
  readonly budget?: { readonly amount: string };
}

export interface Marker {
  readonly state: string;
  readonly tally: Tally;
  readonly collected?: unknown;
}

/** A run as its files tell it, beside what outside witnesses have of it. */
export interface Documents extends Evidence {
  /** The last object of the run, by its name. */
  readonly markers: ReadonlyMap<string, Marker>;
  readonly report: Report | undefined;
  readonly lines: readonly Line[];
  readonly bill: readonly BillLine[];
  /** By their keys below the run's folder. */
  readonly records: ReadonlyMap<string, Line>;
  /** What came after another result of its item, or after the end. */
  readonly late: readonly Line[];
  /** Ids of the planned items, by number. */
  readonly planned: ReadonlyMap<number, string>;
}

/** Reads the files of a run. @throws SyntaxError where one is not what it should be. */
export function readDocuments(evidence: Evidence): Documents {
  const { objects } = evidence;
  const text = (key: string): string | undefined => objects.get(key)?.toString('utf8');
  const one = (key: string): unknown => {
    const found = text(key);
    return found === undefined ? undefined : JSON.parse(found);
  };
  const linesOf = (key: string): readonly unknown[] =>
    (text(key) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  const matching = (pattern: RegExp): readonly string[] =>
    [...objects.keys()].filter((key) => pattern.test(key)).sort();
  const markers = ['_SUCCESS', '_FAILED']
    .map((name) => [name, one(name) as Marker | undefined] as const)
    .filter((entry): entry is readonly [string, Marker] => entry[1] !== undefined);
  const plan = matching(/^plan\/[^/]+\/page-\d+\.jsonl$/).flatMap(linesOf) as readonly Line[];
  const records = matching(/^items\/\d+\/[^/]+\.record\.json$/);
  return {
    ...evidence,
    markers: new Map(markers),
    report: one('report.json') as Report | undefined,
    lines: matching(/^results\/part-\d+\.jsonl$/).flatMap(linesOf) as readonly Line[],
    bill: linesOf('bill.jsonl') as readonly BillLine[],
    records: new Map(records.map((key) => [key, one(key) as Line])),
    late: matching(/^late\/.*\.(?:attempt|record)\.json$/).map(one) as readonly Line[],
    planned: new Map(plan.map(({ number, id }) => [number, id])),
  };
}
