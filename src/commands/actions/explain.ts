import { exitCodes } from '../exit-codes.ts';
import { explain } from '../explain.ts';
import { explainedData } from '../render/explain-data.ts';
import { explainText } from '../render/explain-text.ts';
import { configure, withSession } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `explain RUN ITEM` */
export function explainAction(runId: string, item: string): Promise<Outcome> {
  return withSession(configure(), async (session) => {
    const explained = await explain(session, runId, item);
    return {
      data: explainedData(session, explained),
      text: explainText(session, explained),
      exitCode: exitCodes.succeeded,
    };
  });
}
