import { exitCodeOfRun } from '../exit-codes.ts';
import { readValidJob } from '../job/read-job.ts';
import { tellWarnings } from '../render/problems.ts';
import { watchedData } from '../render/run-data.ts';
import { run } from '../submit/run.ts';
import { configure } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';
import { keepHeapSmall } from './small-heap.ts';
import { submitOptionsOf, type SubmitFlags } from './submit.ts';

export interface RunFlags extends SubmitFlags {
  readonly out: string;
}

/** `run FILE` */
export async function runAction(file: string, flags: RunFlags, context: CommandContext): Promise<Outcome> {
  const { terminal } = context;
  keepHeapSmall();
  const config = await configure(flags);
  const reading = await readValidJob(file, { model: flags.model });
  tellWarnings(reading.warnings, terminal);
  const { out, waitPaused } = flags;
  const options = { ...submitOptionsOf(flags, terminal), out, waitPaused };
  const { submitted, watched, ending, folder } = await run(
    config,
    reading,
    options,
    terminal,
    context.interrupts(),
  );
  const data = submitted === undefined ? {} : watchedData(submitted.run.runId, watched, ending);
  return { data: { ...data, folder }, exitCode: exitCodeOfRun(watched) };
}
