import { exitCodes } from '../exit-codes.ts';
import { readValidJob } from '../read-job.ts';
import { tellWarnings } from '../render/problems.ts';
import { tellSubmitted } from '../render/submitted.ts';
import { submit, type SubmitOptions } from '../submit.ts';
import { configure, withSession } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';
import { watchToTheEnd } from './watch.ts';

export interface SubmitFlags extends OutputFlags {
  readonly new?: boolean;
  readonly fresh?: boolean;
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
  const config = configure(flags);
  const reading = await readValidJob(file, { model: flags.model });
  tellWarnings(reading.warnings, terminal);
  return withSession(config, async (session) => {
    const submitted = await submit(session, reading, submitOptionsOf(flags));
    tellSubmitted(session, submitted, terminal);
    const { run, status, marker, plan } = submitted;
    if (flags.watch === true) return watchToTheEnd(session, run, plan.createdAt, context);
    return {
      data: { runId: run.runId, status, state: marker?.state },
      text: run.runId,
      exitCode: exitCodes.succeeded,
    };
  });
}

/** The flags as `submit` takes them. */
export function submitOptionsOf(flags: SubmitFlags): SubmitOptions {
  return {
    isNew: flags.new === true,
    fresh: flags.fresh === true,
    allowUnpriced: flags.allowUnpriced === true,
  };
}
