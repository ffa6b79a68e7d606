import { exitCodes } from '../exit-codes.ts';
import { reconcile } from '../bill/reconcile.ts';
import { reconciledText } from '../render/reconciled-text.ts';
import { configure, withRun } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `reconcile RUN` */
export function reconcileAction(text: string): Promise<Outcome> {
  return withRun(configure(), text, async (session, { runId }) => {
    const data = await reconcile(session, runId);
    return { data, text: reconciledText(data), exitCode: exitCodes.succeeded };
  });
}
