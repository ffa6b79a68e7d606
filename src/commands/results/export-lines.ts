import { parsePage } from '../../plan/pages.ts';
import type { Plan } from '../../plan/plan.ts';
import { readPlan, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { exportLine, type ExportLine } from '../../report/export/export-line.ts';
import { digitsFor } from '../../report/export/file-names.ts';
import { inOrder } from '../../report/export/in-order.ts';
import { readPlanned } from '../../report/export/read-planned.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readPart, unusable } from './read-results.ts';
import { everything, type Selection } from './selection.ts';

/** The results of a run that has ended, as they are given away; each reading begins anew. */
export interface Exported {
  readonly run: RunLocation;
  readonly marker: Marker;
  /** Absent where it is lost or damaged. */
  readonly plan: Plan | undefined;
  /** Pages of the plan whose numbers rise, one stream a lane. */
  readonly streams: readonly (readonly number[])[];
  /** Digits of the numbers in names of files. */
  readonly digits: number;
  /** Those that are wanted, in the job's order, each with what was asked for; read anew each time. */
  readonly lines: () => AsyncIterable<ExportLine>;
  /** The same without what was asked for, and page by page: half as much is read. */
  readonly results: () => AsyncIterable<ResultLine>;
}

/**
 * Opens the results of a run that has ended; the sha256 of each part is checked.
 *
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's: at its turn
 */
export async function openExport(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  { wants }: Selection = everything,
): Promise<Exported> {
  const { root } = runKeys(run);
  // Without it the order of lanes is lost, and what was asked for: the results are whole all the same.
  const plan = await unlessDamaged(() => readPlan(store, run));
  const source = sourceOf(store, plan);
  const digits = digitsFor(marker.parts.reduce((sum, { items }) => sum + items, 0));

  async function wantedOf(part: Marker['parts'][number]): Promise<readonly ResultLine[]> {
    const { lines } = await readPart(store, root, part);
    return lines.filter(wants);
  }
  async function* resultsOf(parts: Marker['parts']): AsyncGenerator<ResultLine> {
    for (const part of parts) yield* await wantedOf(part);
  }
  async function* linesOf(parts: Marker['parts']): AsyncGenerator<ExportLine> {
    for (const part of parts) {
      const wanted = await wantedOf(part);
      if (wanted.length === 0) continue;
      const planned = await readPlanned(source, run, pageOf(part.key), wanted);
      for (const line of wanted) yield exportLine(line, planned.get(line.number), digits);
    }
  }
  const streams = streamsOf(marker, plan);
  return {
    run,
    marker,
    plan,
    streams: streams.map((parts) => parts.map(({ key }) => pageOf(key))),
    digits,
    lines: () => inOrder(streams.map(linesOf)),
    results: () => resultsOf(marker.parts),
  };
}

// The numbers of a lane's pages rise; those of a canary, which come first, are made alone.
function streamsOf({ parts }: Marker, plan: Plan | undefined): readonly Marker['parts'][] {
  const pages = new Map(plan?.pages.map((planned) => [planned.page, planned]));
  const streams = new Map<string, Marker['parts'][number][]>();
  for (const part of parts) {
    const { canary = false, lane = '' } = pages.get(pageOf(part.key)) ?? {};
    const name = `${canary} ${lane}`;
    const stream = streams.get(name) ?? [];
    stream.push(part);
    streams.set(name, stream);
  }
  return [...streams.values()];
}

function pageOf(key: string): number {
  const page = /\/part-(\d{1,9})\.jsonl$/.exec(key)?.[1];
  if (page === undefined) throw unusable(`the marker names a part that is none: ${JSON.stringify(key)}`);
  return Number(page);
}

function sourceOf(store: ObjectStore, plan: Plan | undefined): Parameters<typeof readPlanned>[0] {
  return {
    store,
    plans: {
      page: async (run, page) => {
        const object = plan && (await store.get(runKeys(run).page(plan.digest, page)));
        return object === undefined ? [] : parsePage(Buffer.from(object.body).toString('utf8'));
      },
    },
  };
}
