import { resultLine, type ResultLine } from '../report/result-line.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../storage/keys.ts';
import type { ItemRecord } from '../storage/record.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Records read at once. */
const READS = 32;

/** The records of a page, by item number, found by listing the page's items once. */
export async function readPageRecords(
  { store, records }: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<ReadonlyMap<number, ItemRecord>> {
  const keys: string[] = [];
  for await (const { key } of store.list(runKeys(run).itemPrefix(page))) {
    if (parseRecordKey(key) !== undefined) keys.push(key);
  }
  const found = new Map<number, ItemRecord>();
  for (let first = 0; first < keys.length; first += READS) {
    const read = await Promise.all(keys.slice(first, first + READS).map((key) => records.read(key)));
    for (const record of read) if (record !== undefined) found.set(record.number, record);
  }
  return found;
}

/** The result lines of a page, in the order of its calls. */
export async function readPageLines(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<readonly ResultLine[]> {
  const [calls, found] = await Promise.all([
    dependencies.plans.page(run, page),
    readPageRecords(dependencies, run, page),
  ]);
  return calls.map((call) => resultLine(call, found.get(call.number)));
}
