import { exitCodes } from '../exit-codes.ts';
import { rebuild } from '../submit/rebuild.ts';
import { planHead } from '../render/run-text.ts';
import { tellMissing } from '../session/tell-missing.ts';
import { configure, withRun } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';
import { checkWatch, watchToTheEnd, type WatchFlags } from './watch.ts';

export interface RebuildFlags extends WatchFlags {
  readonly reason?: string;
  readonly watch?: boolean;
}

/** `resume RUN --from-store` */
export function rebuildAction(text: string, flags: RebuildFlags, context: CommandContext): Promise<Outcome> {
  const { terminal } = context;
  checkWatch(flags);
  return withRun(configure(), text, async (session, { runId }) => {
    const { run, plan } = await rebuild(session, runId, flags.reason);
    for (const sentence of session.api.summary) terminal.say(terminal.color.dim(sentence));
    terminal.say(planHead(plan));
    terminal.say('Started again from the bucket: what has its record is not called again.');
    if (flags.watch === true) {
      const watched = await watchToTheEnd(session, run, plan, flags.waitPaused, context);
      return { ...watched, text: runId };
    }
    await tellMissing(session, plan, terminal);
    return { data: { runId, status: 'started' }, text: runId, exitCode: exitCodes.succeeded };
  });
}
