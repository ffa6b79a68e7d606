import { exitCodes } from '../exit-codes.ts';
import { rebuild } from '../submit/rebuild.ts';
import { planHead } from '../render/run-text.ts';
import { tellMissing } from '../session/tell-missing.ts';
import { configure, withRun } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';
import { watchToTheEnd } from './watch.ts';

export interface RebuildFlags extends OutputFlags {
  readonly reason?: string;
  readonly watch?: boolean;
}

/** `resume RUN --from-store` */
export function rebuildAction(text: string, flags: RebuildFlags, context: CommandContext): Promise<Outcome> {
  const { terminal } = context;
  return withRun(configure(), text, async (session, { runId }) => {
    const { run, plan } = await rebuild(session, runId, flags.reason);
    for (const sentence of session.api.summary) terminal.say(terminal.color.dim(sentence));
    terminal.say(planHead(plan));
    terminal.say('Started again from the bucket: what has its record is not called again.');
    if (flags.watch === true) {
      const watched = await watchToTheEnd(session, run, plan, true, context);
      return { ...watched, text: runId };
    }
    await tellMissing(session, plan, terminal);
    return { data: { runId, status: 'started' }, text: runId, exitCode: exitCodes.succeeded };
  });
}
