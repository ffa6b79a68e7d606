import { mapAtOnce } from '../../src/at-once.ts';
import type { BillLine, Report } from '../../src/report/report.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { readMarker, readPlan, type Marker } from '../../src/records/run-store.ts';
import type { Plan } from '../../src/plan/plan.ts';

const READS = 32;

/** What a run has left in the bucket. */
export interface RunFiles {
  /** All keys of the run, relative to its folder. */
  readonly keys: () => Promise<readonly string[]>;
  readonly plan: () => Promise<Plan>;
  /** Every item record, in order of number. */
  readonly records: () => Promise<readonly ItemRecord[]>;
  /** The lines of all parts, part after part. */
  readonly results: () => Promise<readonly ResultLine[]>;
  readonly errors: () => Promise<readonly ResultLine[]>;
  readonly bill: () => Promise<readonly BillLine[]>;
  readonly report: () => Promise<Report>;
  readonly marker: () => Promise<Marker | undefined>;
}

/** Reads a run's files. */
export function runFiles(store: ObjectStore, run: RunLocation): RunFiles {
  const keys = runKeys(run);

  async function list(prefix: string): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { key } of store.list(prefix)) found.push(key);
    return found;
  }
  async function text(key: string): Promise<string> {
    const object = await store.get(key);
    if (object === undefined) throw new Error(`${key} is missing`);
    return Buffer.from(object.body).toString('utf8');
  }
  async function lines<Line>(key: string): Promise<readonly Line[]> {
    const all = (await text(key)).split('\n').filter((line) => line !== '');
    return all.map((line) => JSON.parse(line) as Line);
  }

  return {
    keys: async () => (await list(keys.root)).map((key) => key.slice(keys.root.length)),
    async plan() {
      const plan = await readPlan(store, run);
      if (plan === undefined) throw new Error(`${run.runId} has no plan`);
      return plan;
    },
    async records() {
      const found = (await list(`${keys.root}items/`)).filter((key) => parseRecordKey(key) !== undefined);
      // Not all at once: a store on a busy machine does not take hundreds of connections in time.
      const records = await mapAtOnce(found, READS, async (key) => JSON.parse(await text(key)) as ItemRecord);
      return records.sort((left, right) => left.number - right.number);
    },
    async results() {
      const parts = await list(`${keys.root}results/`);
      return (await Promise.all(parts.map((key) => lines<ResultLine>(key)))).flat();
    },
    errors: () => lines<ResultLine>(keys.errors),
    bill: () => lines<BillLine>(keys.bill),
    report: async () => JSON.parse(await text(keys.report)) as Report,
    marker: () => readMarker(store, run),
  };
}
