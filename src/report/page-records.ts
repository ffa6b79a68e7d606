import { mapAtOnce } from '../at-once.ts';
import type { PlannedChain, PlannedItem } from '../plan/plan.ts';
import type { ItemRecord, KeptAttempts, StepRecord } from '../records/record.ts';
import type { Records } from '../records/record-store.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { ChainObjects } from './fold-chain.ts';
import { resultLine, type MissingStatus, type RecordLine, type ResultLine } from './result-line.ts';

/** Objects of a page read at once. */
const READS = 16;
/**
 * Pages read at once, where all of a run are. One may have 16 MB; and what waits for one of the store's sockets, of which a
 * small worker has 22, for more than three seconds is given up.
 */
export const PAGES_AHEAD = 2;

/** Where records are read from. */
export interface RecordSource {
  readonly store: ObjectStore;
  readonly records: Pick<Records, 'read' | 'readKept'>;
}

/** Where records are read from, and what was planned. */
export interface PageSource extends RecordSource {
  readonly plans: {
    /** The items of a page, in their order. */
    page(run: RunLocation, page: number): Promise<readonly PlannedItem[]>;
  };
}

/** What a page's items have left in the bucket. */
export interface PageRecords {
  /** By item number. */
  readonly records: ReadonlyMap<number, ItemRecord>;
  /** WebP in base64, by item number. */
  readonly thumbnails: ReadonlyMap<number, string>;
  /** Every key of the page's items. */
  readonly keys: ReadonlySet<string>;
}

/** The records of a page, found by listing the page's items once. */
export async function readPageRecords(
  { store, records }: RecordSource,
  run: RunLocation,
  page: number,
): Promise<PageRecords> {
  const keys = new Set<string>();
  for await (const { key } of store.list(runKeys(run).itemPrefix(page))) keys.add(key);
  const found = await readAll(
    [...keys].filter((key) => parseRecordKey(key) !== undefined),
    (key) => records.readKept(key),
  );
  return {
    keys,
    records: new Map(found.map(({ record }) => [record.number, record])),
    thumbnails: new Map(
      found.flatMap(({ record: { number }, thumbnail }) =>
        thumbnail === undefined ? [] : [[number, thumbnail] as const],
      ),
    ),
  };
}

/** The result lines of a page, in the order of its calls, and the thumbnails of their images. */
export interface PageLines extends Pick<PageRecords, 'thumbnails'> {
  readonly lines: readonly ResultLine[];
}

/**
 * Reads how the items of a page have ended.
 *
 * @param missing - how items have ended that have no record
 */
export async function readPage(
  dependencies: PageSource,
  run: RunLocation,
  page: number,
  missing: MissingStatus = 'cancelled',
): Promise<PageLines> {
  const [items, { keys, records, thumbnails }] = await Promise.all([
    dependencies.plans.page(run, page),
    readPageRecords(dependencies, run, page),
  ]);
  const unfinished = items.filter(({ number }) => !records.has(number));
  const left = new Map(
    await readAll(
      unfinished,
      async (item): Promise<readonly [number, KeptAttempts | ChainObjects] | undefined> => {
        const found = await readUnfinished(dependencies, run, page, item, keys);
        return found === undefined ? undefined : [item.number, found];
      },
    ),
  );
  const lineOf = (record: ItemRecord): RecordLine => ({
    ...record,
    key: runKeys(run).record(page, record.number, record.id),
  });
  const lines = items.map((item) => {
    const record = records.get(item.number);
    return resultLine(item, record && lineOf(record), left.get(item.number), missing);
  });
  return { lines, thumbnails };
}

/** The result lines of a page alone. */
export async function readPageLines(...page: Parameters<typeof readPage>): Promise<readonly ResultLine[]> {
  return (await readPage(...page)).lines;
}

/** The result lines of a page as it was sealed; `undefined` where it was not, or they are damaged: its records have them. */
export async function readSealedLines(
  { store }: Pick<RecordSource, 'store'>,
  run: RunLocation,
  page: number,
): Promise<readonly ResultLine[] | undefined> {
  return unlessDamaged(async () => {
    const part = await store.get(runKeys(run).part(page));
    const lines = part && Buffer.from(part.body).toString('utf8').split('\n').filter(Boolean);
    return lines?.map((line) => JSON.parse(line) as ResultLine);
  });
}

async function readUnfinished(
  dependencies: RecordSource,
  run: RunLocation,
  page: number,
  item: PlannedItem,
  keys: ReadonlySet<string>,
): Promise<KeptAttempts | ChainObjects | undefined> {
  const { number, id } = item;
  if (!('steps' in item)) {
    const key = runKeys(run).attempts(page, number, id);
    return keys.has(key) ? readKeptAttempts(dependencies, key) : undefined;
  }
  const prefix = runKeys(run).itemObjects(page, number, id);
  return readChain(
    dependencies,
    [...keys].filter((key) => key.startsWith(prefix)),
  );
}

/** Lists all that an item of several calls has left. */
export async function listChain(
  { store }: Pick<RecordSource, 'store'>,
  run: RunLocation,
  page: number,
  { number, id }: PlannedChain,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(runKeys(run).itemObjects(page, number, id))) keys.push(key);
  return keys;
}

/** Reads what the calls of an item have left. */
export async function readChain(dependencies: RecordSource, keys: readonly string[]): Promise<ChainObjects> {
  const [records, kept] = await Promise.all([
    readAll(
      keys.filter((key) => key.endsWith('.step.json')),
      (key) => dependencies.records.read(key),
    ),
    readAll(
      keys.filter((key) => key.endsWith('.attempts.json')),
      (key) => readKeptAttempts(dependencies, key),
    ),
  ]);
  return { records: records as readonly StepRecord[], kept };
}

/** What the attempts of an item without a record may have cost; `undefined` when they left nothing. */
export async function readKeptAttempts(
  { store }: Pick<RecordSource, 'store'>,
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
  return (await mapAtOnce(keys, READS, read)).filter((value) => value !== undefined);
}
