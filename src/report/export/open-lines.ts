import { parsePage } from '../../plan/pages.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Marker } from '../../records/run-store.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readPart, unusable } from '../read-results.ts';
import type { ResultLine } from '../result-line.ts';
import { exportLine, type ExportLine } from './export-line.ts';
import { digitsFor } from './file-names.ts';
import { inOrder } from './in-order.ts';
import { readPlanned } from './read-planned.ts';

/** The lines of a run that has its parts; each reading begins anew. */
export interface OpenedLines {
  /** Digits of the numbers in names of files. */
  readonly digits: number;
  /** Pages of the plan whose numbers rise, one stream a lane. */
  readonly pages: () => readonly (readonly number[])[];
  /** Those that are wanted, in the job's order, each with what was asked for. */
  readonly lines: () => AsyncIterable<ExportLine>;
  /** The same without what was asked for, and page by page: half as much is read. */
  readonly results: () => AsyncIterable<ResultLine>;
}

/** A run whose parts are read. */
export interface LinesSource {
  readonly run: RunLocation;
  readonly parts: Marker['parts'];
  /** Without it the order of lanes is lost, and what was asked for: the results are whole all the same. */
  readonly plan: Plan | undefined;
}

/**
 * Opens the results of a run; the sha256 of each part is checked.
 *
 * @param wants - which are wanted. @default all
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's: at its turn
 */
export function openLines(
  store: ObjectStore,
  { run, parts, plan }: LinesSource,
  wants: (line: ResultLine) => boolean = () => true,
): OpenedLines {
  const { root } = runKeys(run);
  const source = sourceOf(store, plan);
  const digits = digitsFor(parts.reduce((sum, { items }) => sum + items, 0));

  async function wantedOf(part: Marker['parts'][number]): Promise<readonly ResultLine[]> {
    const { lines } = await readPart(store, root, part);
    return lines.filter(wants);
  }
  async function* resultsOf(): AsyncGenerator<ResultLine> {
    for (const part of parts) yield* await wantedOf(part);
  }
  async function* linesOf(stream: Marker['parts']): AsyncGenerator<ExportLine> {
    for (const part of stream) {
      const wanted = await wantedOf(part);
      if (wanted.length === 0) continue;
      const planned = await readPlanned(source, run, pageOf(part.key), wanted);
      for (const line of wanted) yield exportLine(line, planned.get(line.number), digits);
    }
  }
  const streams = streamsOf(parts, plan);
  return {
    digits,
    pages: () => streams.map((stream) => stream.map(({ key }) => pageOf(key))),
    lines: () => inOrder(streams.map(linesOf)),
    results: resultsOf,
  };
}

// The numbers of a lane's pages rise; those of a canary, which come first, are made alone.
function streamsOf(parts: Marker['parts'], plan: Plan | undefined): readonly Marker['parts'][] {
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
