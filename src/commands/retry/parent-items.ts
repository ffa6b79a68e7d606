import { parsePage } from '../../plan/pages.ts';
import type { Plan, PlannedItem } from '../../plan/plan.ts';
import type { Marker } from '../../records/run-store.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readChecked, unusable } from '../../report/read-results.ts';

/** A run that has ended, with all that its retry is made of. */
export interface RetriedRun {
  readonly run: RunLocation;
  readonly plan: Plan;
  readonly marker: Marker;
}

/** An item of an ended run, and how it ended. */
export interface EndedItem {
  readonly item: PlannedItem;
  readonly page: number;
  readonly line: ResultLine;
}

/**
 * Reads the items of a run that has ended in the job's order, and no more than a page of each lane at once.
 *
 * @throws PollenBatchError `store-unusable` when a page of the plan or of the results is missing or damaged
 */
export async function* readEndedItems(store: ObjectStore, parent: RetriedRun): AsyncGenerator<EndedItem> {
  // Within a lane the pages follow the job's order.
  const lanes = new Map<string, number[]>();
  for (const { page, lane, others = [] } of parent.plan.pages) {
    const name = [lane, ...others].join(' ');
    lanes.set(name, [...(lanes.get(name) ?? []), page]);
  }
  const streams = [...lanes.values()].map((pages) => readPages(store, parent, pages));
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let first: number | undefined;
    let next: EndedItem | undefined;
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue;
      if (next !== undefined && next.item.number <= head.value.item.number) continue;
      next = head.value;
      first = index;
    }
    const stream = first === undefined ? undefined : streams[first];
    if (next === undefined || first === undefined || stream === undefined) return;
    yield next;
    heads[first] = await stream.next();
  }
}

async function* readPages(
  store: ObjectStore,
  { run, plan, marker }: RetriedRun,
  pages: readonly number[],
): AsyncGenerator<EndedItem> {
  const keys = runKeys(run);
  const digests = new Map(marker.parts.map(({ key, sha256 }) => [key, sha256]));
  for (const page of pages) {
    const [planned, part] = await Promise.all([
      readChecked(store, keys.page(plan.digest, page)),
      readChecked(store, keys.part(page), { sha256: digests.get(keys.part(page)) }),
    ]);
    const lines = new Map(linesOf(part).map((line) => [line.number, line]));
    for (const item of parsePage(Buffer.from(planned).toString('utf8'))) {
      const line = lines.get(item.number);
      if (line === undefined) throw unusable(`${keys.part(page)} tells nothing of item ${item.id}`);
      yield { item, page, line };
    }
  }
}

function linesOf(part: Uint8Array): readonly ResultLine[] {
  return Buffer.from(part)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ResultLine);
}
