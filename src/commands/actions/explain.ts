import { exitCodes } from '../exit-codes.ts';
import { explain } from '../explain/explain.ts';
import { explainedData } from '../render/explain-data.ts';
import { explainText } from '../render/explain-text.ts';
import { configure, withRun } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `explain RUN ITEM` */
export function explainAction(text: string, item: string): Promise<Outcome> {
  return withRun(configure(), text, async (session, run) => {
    const explained = await explain(session, run, item);
    return {
      data: explainedData(session, explained),
      text: explainText(session, explained),
      exitCode: exitCodes.succeeded,
    };
  });
}
