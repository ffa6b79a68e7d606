import { parsePage } from '../../plan/pages.ts';
import type { Plan, PlannedItem } from '../../plan/plan.ts';
import type { LateAttempts } from '../../records/late.ts';
import { createRecords } from '../../records/record-store.ts';
import type { Marker } from '../../records/run-store.ts';
import { readPageLines } from '../../report/page-records.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ListedObject, ObjectStore } from '../../storage/object-store.ts';
import { readChecked } from '../../report/read-results.ts';
import { lineEvents } from './line-events.ts';
import { byTime, type ItemEvent, type LogEvent } from './log-event.ts';

/** A page whose results are written. */
export interface SealedPage {
  readonly page: number;
  readonly key: string;
  readonly modified: Date;
}

/** Lists the pages of a run whose results are written. */
export async function listSealed(store: ObjectStore, run: RunLocation): Promise<readonly SealedPage[]> {
  const pages: SealedPage[] = [];
  for await (const { key, modified } of store.list(`${runKeys(run).root}results/`)) {
    const page = /\/part-(\d{5,})\.jsonl$/.exec(key)?.[1];
    if (page !== undefined) pages.push({ page: Number(page), key, modified });
  }
  return pages;
}

/** Lists the pages of which anything is there. */
export async function listBegun(store: ObjectStore, run: RunLocation): Promise<readonly number[]> {
  const folders = await store.listFolders(`${runKeys(run).root}items/`);
  return folders.filter((name) => /^\d{5,}$/.test(name)).map(Number);
}

/** What the events of a run's pages are read with. */
export interface PageLogOptions {
  readonly store: ObjectStore;
  readonly run: RunLocation;
  readonly plan: Plan;
  /** Absent as long as the run goes on. */
  readonly marker: Marker | undefined;
  readonly late: ReadonlyMap<number, readonly LateAttempts[]>;
  /** Number of the only item that is wanted. @default all */
  readonly item?: number | undefined;
}

/**
 * Reads the events of a sealed page, in order of time.
 *
 * @throws PollenBatchError `store-unusable` when its results are missing or damaged
 */
export async function readSealed(options: PageLogOptions, sealed: SealedPage): Promise<readonly LogEvent[]> {
  const { store, run, marker, plan, late } = options;
  const { page, key, modified } = sealed;
  const sha256 = marker?.parts.find((part) => part.key === key)?.sha256;
  const body = await readChecked(store, key, { root: runKeys(run).root, sha256 });
  const lines = Buffer.from(body)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ResultLine);
  const otherwise = marker?.endedAt ?? plan.createdAt;
  const events: LogEvent[] = lines
    .flatMap((line) => [...lineEvents(line, otherwise, late.get(line.number)), ...missing(options, line)])
    .sort(byTime);
  // The store knows seconds only, and writes it again where something came late.
  const times = [modified.toISOString(), ...events.flatMap((event) => ('late' in event ? [] : [event.at]))];
  const last = times.reduce((latest, at) => (at > latest ? at : latest));
  const at = marker !== undefined && last > marker.endedAt ? marker.endedAt : last;
  return [...events, { at, kind: 'sealed' as const, page }].sort(byTime);
}

// A hundred thousand items that were left by a stop would say nothing: the end of the run counts them.
function missing({ marker, item }: PageLogOptions, line: ResultLine): readonly ItemEvent[] {
  const { number, id, status, cost } = line;
  if (marker === undefined || item !== number || status === 'succeeded' || status === 'failed') return [];
  return [{ at: marker.endedAt, kind: 'item', number, id, status, cost }];
}

/** A page that goes on. */
export interface OpenPage {
  /** What has happened since the last time, in order of time. */
  read(): Promise<readonly LogEvent[]>;
}

/** Opens a page whose results are not written: each time only what has changed is read. */
export function openPage({ store, run, plan, late, item: only }: PageLogOptions, page: number): OpenPage {
  const records = createRecords(store);
  const known = new Map<string, string>();
  const seen = new Set<string>();
  let items: readonly PlannedItem[] | undefined;

  async function readItems(): Promise<readonly PlannedItem[]> {
    const body = await readChecked(store, runKeys(run).page(plan.digest, page));
    const all = parsePage(Buffer.from(body).toString('utf8'));
    return only === undefined ? all : all.filter(({ number }) => number === only);
  }

  return {
    async read() {
      const objects: ListedObject[] = [];
      for await (const object of store.list(runKeys(run).itemPrefix(page))) objects.push(object);
      const marks = objects.map(
        ({ key, bytes, modified }) => [key, `${bytes} ${modified.getTime()}`] as const,
      );
      const changed = new Set(
        marks.filter(([key, mark]) => known.get(key) !== mark).map(([key]) => numberIn(key)),
      );
      if (changed.size === 0) return [];
      items ??= await readItems();
      const some = items.filter(({ number }) => changed.has(number));
      const own = objects.filter(({ key }) => changed.has(numberIn(key)));
      const lines = await readPageLines(
        { store: listing(store, own), records, plans: { page: () => Promise.resolve(some) } },
        run,
        page,
      );
      const events = lines.flatMap((line) =>
        lineEvents(line, new Date().toISOString(), late.get(line.number)),
      );
      // Only now: where the store was away meanwhile, the next time reads it all again.
      for (const [key, mark] of marks) known.set(key, mark);
      return events.filter((event) => isNew(seen, event)).sort(byTime);
    },
  };
}

function listing(store: ObjectStore, objects: readonly ListedObject[]): ObjectStore {
  return {
    ...store,
    async *list() {
      yield* objects;
    },
  };
}

function isNew(seen: Set<string>, event: ItemEvent): boolean {
  const name =
    event.kind === 'item'
      ? `${event.number}`
      : [event.number, event.step, event.index, event.repair, event.attempt.attempt, event.attempt.code].join(
          '/',
        );
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
}

function numberIn(key: string): number {
  return Number(/\/(\d{7,})-[^/]*$/.exec(key)?.[1] ?? 0);
}
