import { exitCodes } from '../exit-codes.ts';
import { outlookLine } from '../render/outlook-text.ts';
import { retriedText } from '../render/retried-text.ts';
import { tellSubmitted } from '../render/submitted.ts';
import { retry } from '../retry/retry.ts';
import { tellMissing } from '../session/tell-missing.ts';
import { configure, withRun } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';
import { checkWatch, watchToTheEnd, type WatchFlags } from './watch.ts';

export interface RetryFlags extends WatchFlags {
  readonly newSeed?: boolean;
  readonly reason?: string;
  readonly maxCost?: string;
  readonly yes?: boolean;
  readonly watch?: boolean;
}

/** `retry RUN` */
export function retryAction(text: string, flags: RetryFlags, context: CommandContext): Promise<Outcome> {
  const { terminal } = context;
  checkWatch(flags);
  return withRun(configure(), text, async (session, { runId }) => {
    const retried = await retry(session, runId, {
      newSeeds: flags.newSeed === true,
      isConfirmed: flags.yes === true,
      ...(flags.reason === undefined ? {} : { reason: flags.reason }),
      ...(flags.maxCost === undefined ? {} : { maxCost: flags.maxCost }),
      ...(terminal.ask === undefined ? {} : { confirm: terminal.ask }),
      onOutlook(outlook, warnings) {
        for (const warning of warnings) terminal.warn(warning);
        if (outlook !== undefined) terminal.say(outlookLine(outlook));
      },
    });
    terminal.say(retriedText(runId, retried));
    tellSubmitted(session, retried, terminal);
    const { run, plan, parent, status, left } = retried;
    if (flags.watch === true) {
      const watched = await watchToTheEnd(session, run, plan, flags.waitPaused, context);
      return { ...watched, text: run.runId };
    }
    if (status !== 'ended') await tellMissing(session, plan, terminal);
    return {
      data: { runId: run.runId, parent: parent.runId, status, left },
      text: run.runId,
      exitCode: exitCodes.succeeded,
    };
  });
}
