import { exitCodes } from '../exit-codes.ts';
import { explain } from '../explain/explain.ts';
import { explainedData } from '../render/explain-data.ts';
import { explainText } from '../render/explain-text.ts';
import { configure, withStored } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `explain RUN ITEM` */
export function explainAction(text: string, item: string): Promise<Outcome> {
  return withStored(configure(), text, async (reading, run) => {
    const explained = await explain(reading, run, item);
    return {
      data: explainedData(reading, explained),
      text: explainText(reading, explained),
      exitCode: exitCodes.succeeded,
    };
  });
}
