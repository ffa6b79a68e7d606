import { exitCodes } from '../exit-codes.ts';
import { readValidJob } from '../job/read-job.ts';
import { tellWarnings } from '../render/problems.ts';
import { outlookLine } from '../render/outlook-text.ts';
import { tellSubmitted } from '../render/submitted.ts';
import type { Terminal } from '../render/terminal.ts';
import { submit, type SubmitOptions } from '../submit/submit.ts';
import { tellMissing } from '../session/tell-missing.ts';
import { configure, withSession } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';
import { keepHeapSmall } from './small-heap.ts';
import { checkWatch, watchToTheEnd, type WatchFlags } from './watch.ts';

export interface SubmitFlags extends WatchFlags {
  readonly new?: boolean;
  readonly fresh?: boolean;
  readonly first?: number;
  readonly reuse?: boolean;
  readonly maxCost?: string;
  readonly yes?: boolean;
  readonly allowUnpriced?: boolean;
  readonly anonymous?: boolean;
  /** For every line of a batch file. */
  readonly model?: string;
}

/** `submit FILE [--watch]` */
export async function submitAction(
  file: string,
  flags: SubmitFlags & { readonly watch?: boolean },
  context: CommandContext,
): Promise<Outcome> {
  const { terminal } = context;
  checkWatch(flags);
  keepHeapSmall();
  const config = await configure(flags);
  const reading = await readValidJob(file, { model: flags.model });
  tellWarnings(reading.warnings, terminal);
  return withSession(config, async (session) => {
    const submitted = await submit(session, reading, submitOptionsOf(flags, terminal));
    tellSubmitted(session, submitted, terminal);
    const { run, status, marker, plan, keptSettings } = submitted;
    if (flags.watch === true) {
      const watched = await watchToTheEnd(session, run, plan, flags.waitPaused, context);
      return { ...watched, text: run.runId };
    }
    if (status !== 'ended') await tellMissing(session, plan, terminal);
    return {
      data: { runId: run.runId, status, state: marker?.state, keptSettings },
      text: run.runId,
      exitCode: exitCodes.succeeded,
    };
  });
}

/** The flags as `submit` takes them, with the terminal to tell and to ask. */
export function submitOptionsOf(flags: SubmitFlags, terminal: Terminal): SubmitOptions {
  const { first, maxCost } = flags;
  return {
    isNew: flags.new === true,
    fresh: flags.fresh === true,
    allowUnpriced: flags.allowUnpriced === true,
    reuse: flags.reuse === true,
    isConfirmed: flags.yes === true,
    ...(first === undefined ? {} : { first }),
    ...(maxCost === undefined ? {} : { maxCost }),
    ...(terminal.ask === undefined ? {} : { confirm: terminal.ask }),
    onOutlook(outlook, warnings) {
      for (const warning of warnings) terminal.warn(warning);
      if (outlook !== undefined) terminal.say(outlookLine(outlook));
    },
  };
}
