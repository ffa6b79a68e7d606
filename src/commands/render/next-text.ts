import { missingItems } from '../../records/tally.ts';
import { folderAt } from '../../storage/folder.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { Ending } from '../runs/ending.ts';
import { uiPage, type LinkSource } from './ui-page.ts';

/** Where to look at a run that has ended, with a browser. */
export function linkLines(session: LinkSource, run: RunLocation): readonly string[] {
  const { url } = folderAt(session.store.bucket, runKeys(run).root, session.config.store?.publicUrl);
  const page = uiPage(session, run.runId);
  return [
    ...(url === undefined ? [] : [`Files: ${url}`]),
    ...(page === undefined ? [] : [`Temporal UI: ${page}`]),
  ];
}

/**
 * The commands that a run which has ended asks for next, each on a line to be copied.
 *
 * @param isCopied - whether its results are on this machine already
 * @param needsStack - whether the local stack that the commands ask has to be started first
 */
export function nextLines(
  { run, marker, tally, failures }: Ending,
  isCopied: boolean,
  needsStack = false,
): readonly string[] {
  const { runId } = run;
  const [failed] = failures;
  if (marker.collected !== undefined) return ['Next:', `  pollen-batch bill ${runId}`];
  return [
    needsStack ? 'Next, with `pollen-batch dev` in another terminal:' : 'Next:',
    ...(isCopied ? [] : [`  pollen-batch results ${runId}`]),
    ...(tally.failed + missingItems(tally) === 0 ? [] : [`  pollen-batch retry ${runId}`]),
    ...(failed === undefined ? [] : [`  pollen-batch explain ${runId} ${failed.id}`]),
    `  pollen-batch bill ${runId}`,
  ];
}
