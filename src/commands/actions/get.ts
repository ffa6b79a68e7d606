import { exitCodeOfSight } from '../exit-codes.ts';
import { describe } from '../get.ts';
import { detailsData } from '../render/run-data.ts';
import { detailsText } from '../render/run-text.ts';
import { resolveStored } from '../resolve-run.ts';
import { configure, withReading } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `get RUN` */
export function getAction(text: string): Promise<Outcome> {
  return withReading(configure(), async (reading) => {
    const details = await describe(reading, await resolveStored(reading, text));
    return {
      data: detailsData(details),
      text: detailsText(reading, details),
      exitCode: exitCodeOfSight(details.sight),
    };
  });
}
