import { parsePage } from '../../plan/pages.ts';
import type { Plan } from '../../plan/plan.ts';
import { readPlan, type Marker } from '../../records/run-store.ts';
import { exportLine, type ExportLine } from '../../report/export/export-line.ts';
import { digitsFor } from '../../report/export/file-names.ts';
import { inOrder } from '../../report/export/in-order.ts';
import { readPlanned } from '../../report/export/read-planned.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { checkWhole } from '../gc/gone.ts';
import { readPart } from './read-results.ts';
import { everything, type Selection } from './selection.ts';

/** The results of a run that has ended, as they are given away. */
export interface Exported {
  readonly run: RunLocation;
  readonly marker: Marker;
  /** Digits of the numbers in names of files. */
  readonly digits: number;
  /** Those that are wanted, in the job's order, each with what was asked for; read anew each time. */
  lines(): AsyncIterable<ExportLine>;
}

/**
 * Opens the results of a run that has ended; the sha256 of each part is checked.
 *
 * @throws PollenBatchError `usage` when its results were collected; `store-unusable` when an object is missing, damaged or not the run's: at its turn
 */
export async function openExport(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  isWanted: Selection = everything,
): Promise<Exported> {
  checkWhole(run, marker);
  // Damaged or lost, it takes along what was asked for, and the order of lanes: the results are whole without it.
  const plan = await readPlan(store, run);
  const digits = digitsFor(marker.parts.reduce((sum, { items }) => sum + items, 0));

  async function* linesOf(parts: readonly Part[]): AsyncGenerator<ExportLine> {
    for (const part of parts) {
      const { lines } = await readPart(store, runKeys(run).root, part);
      const wanted = lines.filter(isWanted);
      const planned = await readPlanned(sourceOf(store, plan), run, part.page, wanted);
      for (const line of wanted) yield exportLine(line, planned.get(line.number), digits);
    }
  }
  return { run, marker, digits, lines: () => inOrder(streamsOf(marker, plan).map(linesOf)) };
}

type Part = Marker['parts'][number] & { readonly page: number };

// The numbers of a lane's pages rise; those of a canary, which come first, are made alone.
function streamsOf({ parts }: Marker, plan: Plan | undefined): readonly (readonly Part[])[] {
  const streams = new Map<string, Part[]>();
  for (const part of parts) {
    const page = pageOf(part.key);
    const planned = plan?.pages.find((one) => one.page === page);
    const name = `${planned?.canary === true} ${planned?.lane ?? ''}`;
    streams.set(name, [...(streams.get(name) ?? []), { ...part, page }]);
  }
  return [...streams.values()];
}

function pageOf(key: string): number {
  return Number(/-(\d+)\.jsonl$/.exec(key)?.[1]);
}

function sourceOf(store: ObjectStore, plan: Plan | undefined) {
  return {
    store,
    plans: {
      page: async (run: RunLocation, page: number) => {
        const object = plan && (await store.get(runKeys(run).page(plan.digest, page)));
        return object === undefined ? [] : parsePage(Buffer.from(object.body).toString('utf8'));
      },
    },
  };
}
