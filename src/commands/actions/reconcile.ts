import { exitCodes } from '../exit-codes.ts';
import { reconcile } from '../reconcile.ts';
import { reconciledText } from '../render/reconciled-text.ts';
import { configure, withSession } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `reconcile RUN` */
export function reconcileAction(runId: string): Promise<Outcome> {
  return withSession(configure(), async (session) => {
    const data = await reconcile(session, runId);
    return { data, text: reconciledText(data), exitCode: exitCodes.succeeded };
  });
}
