import type { GalleryFigures } from '../gallery/contract.ts';
import type { Plan } from '../plan/plan.ts';
import { sha256 } from '../plan/digest.ts';
import { reportMarkdown } from '../report/report-markdown.ts';
import type { Marker } from '../records/run-store.ts';
import type { Report } from '../report/report.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { StoreError } from '../storage/store-error.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createGalleryView } from './gallery-view.ts';

/** What a run has come to, before its marker is written. */
export interface ClosingRun {
  readonly run: RunLocation;
  readonly plan: Plan;
  readonly report: Report;
  /** Its parts, as the marker will name them. */
  readonly parts: Marker['parts'];
  /** What its gallery shows in charts. */
  readonly figures: GalleryFigures;
}

/** A file of a view. */
export interface ViewFile {
  readonly key: string;
  readonly body: string | Uint8Array;
  readonly contentType: string;
}

/** A way to look at a run that has ended, made of what it has left: the same files each time it is made. */
export interface RunView {
  /** As the log names it. */
  readonly name: string;
  /** Whether a store that is away holds the run up for it, as it does for the marker. @default false */
  readonly isAwaited?: true;
  /** Makes its files, one after another, so that not all of them are in memory. */
  files(closing: ClosingRun): Iterable<ViewFile> | AsyncIterable<ViewFile>;
}

const reportView: RunView = {
  name: 'report.md',
  isAwaited: true,
  files: ({ run, report }) => [
    {
      key: runKeys(run).reportText,
      body: reportMarkdown(report),
      contentType: 'text/markdown; charset=utf-8',
    },
  ],
};

/** All views, in the order in which they are written. */
function runViews({ store, pageCode }: Pick<ActivityDependencies, 'store' | 'pageCode'>): readonly RunView[] {
  return [reportView, ...(pageCode === undefined ? [] : [createGalleryView(store, pageCode)])];
}

/**
 * Writes the views of a run before its marker, which names their files. A view is good to have: one that cannot be made is
 * left out, and the log says why.
 *
 * @param views - @default all
 * @returns the files that were written
 * @throws StoreError `store-unavailable` while one is written that is awaited
 */
export async function writeViews(
  dependencies: Pick<ActivityDependencies, 'store' | 'telemetry' | 'pageCode'>,
  closing: ClosingRun,
  views: readonly RunView[] = runViews(dependencies),
): Promise<readonly { readonly key: string; readonly sha256: string }[]> {
  const { store, telemetry = noTelemetry } = dependencies;
  const written: { readonly key: string; readonly sha256: string }[] = [];
  for (const view of views) {
    try {
      for await (const { key, body, contentType } of view.files(closing)) {
        await store.put(key, body, { contentType });
        written.push({ key, sha256: sha256(body) });
      }
    } catch (error) {
      if (view.isAwaited === true && error instanceof StoreError && error.code === 'store-unavailable')
        throw error;
      const { runId } = closing.run;
      telemetry.logger.warn({ runId, view: view.name, ...placeOf(error) }, 'a view of the run was not made');
    }
  }
  return written;
}

// Without its message, which may quote what was answered.
function placeOf(error: unknown): { readonly error: string; readonly at?: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error };
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: at.slice(0, 3).map((line) => line.trim()) };
}
