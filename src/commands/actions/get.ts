import { exitCodeOfSight } from '../exit-codes.ts';
import { describe } from '../runs/get.ts';
import { detailsData } from '../render/run-data.ts';
import { detailsText } from '../render/run-text.ts';
import { configure, withStored } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `get RUN` */
export function getAction(text: string): Promise<Outcome> {
  return withStored(configure(), text, async (reading, run) => {
    const details = await describe(reading, run);
    return {
      data: detailsData(details),
      text: detailsText(reading, details),
      exitCode: exitCodeOfSight(details.sight),
    };
  });
}
