import { exitCodeOfSight } from '../exit-codes.ts';
import { get } from '../get.ts';
import { detailsData } from '../render/run-data.ts';
import { detailsText } from '../render/run-text.ts';
import { configure, withRun } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `get RUN` */
export function getAction(text: string): Promise<Outcome> {
  return withRun(configure(), text, async (session, { runId }) => {
    const details = await get(session, runId);
    return {
      data: detailsData(details),
      text: detailsText(session, details),
      exitCode: exitCodeOfSight(details.sight),
    };
  });
}
