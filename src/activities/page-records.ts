import type { PlannedCall } from '../plan/plan.ts';
import { resultLine, type RecordLine, type ResultLine } from '../report/result-line.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../storage/keys.ts';
import type { ItemRecord, KeptAttempts } from '../records/record.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Objects read at once. */
const READS = 32;

/** What a page's items have left in the bucket. */
export interface PageRecords {
  /** By item number. */
  readonly records: ReadonlyMap<number, ItemRecord>;
  /** Every key of the page's items. */
  readonly keys: ReadonlySet<string>;
}

/** The records of a page, found by listing the page's items once. */
export async function readPageRecords(
  { store, records }: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<PageRecords> {
  const keys = new Set<string>();
  for await (const { key } of store.list(runKeys(run).itemPrefix(page))) keys.add(key);
  const found = await readAll(
    [...keys].filter((key) => parseRecordKey(key) !== undefined),
    (key) => records.read(key),
  );
  return { keys, records: new Map(found.map((record) => [record.number, record])) };
}

/** The result lines of a page, in the order of its calls. */
export async function readPageLines(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<readonly ResultLine[]> {
  const [calls, { keys, records }] = await Promise.all([
    dependencies.plans.page(run, page),
    readPageRecords(dependencies, run, page),
  ]);
  const attemptsKey = ({ number, id }: PlannedCall): string => runKeys(run).attempts(page, number, id);
  const unfinished = calls.filter((call) => !records.has(call.number) && keys.has(attemptsKey(call)));
  const kept = new Map(
    await readAll(unfinished, async (call): Promise<readonly [number, KeptAttempts] | undefined> => {
      const attempts = await readKeptAttempts(dependencies, attemptsKey(call));
      return attempts === undefined ? undefined : [call.number, attempts];
    }),
  );
  const lineOf = (record: ItemRecord): RecordLine => ({
    ...record,
    key: runKeys(run).record(page, record.number, record.id),
  });
  return calls.map((call) => {
    const record = records.get(call.number);
    return resultLine(call, record && lineOf(record), kept.get(call.number));
  });
}

/** What the attempts of an item without a record may have cost; `undefined` when they left nothing. */
export async function readKeptAttempts(
  { store }: ActivityDependencies,
  key: string,
): Promise<KeptAttempts | undefined> {
  const object = await store.get(key);
  return object === undefined
    ? undefined
    : (JSON.parse(Buffer.from(object.body).toString('utf8')) as KeptAttempts);
}

async function readAll<Key, Value>(
  keys: readonly Key[],
  read: (key: Key) => Promise<Value | undefined>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let first = 0; first < keys.length; first += READS) {
    const found = await Promise.all(keys.slice(first, first + READS).map(read));
    values.push(...found.filter((value) => value !== undefined));
  }
  return values;
}
