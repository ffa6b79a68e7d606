import { exitCodes } from '../exit-codes.ts';
import { list } from '../list.ts';
import { listText } from '../render/run-text.ts';
import { configure, withSession } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `list` */
export function listAction(limit: number): Promise<Outcome> {
  return withSession(configure(), async (session) => {
    const runs = await list(session, limit);
    return { data: runs, text: listText(runs), exitCode: exitCodes.succeeded };
  });
}
