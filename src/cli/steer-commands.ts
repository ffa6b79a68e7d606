import type { Command } from 'commander';

import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import type { RebuildFlags } from '../commands/actions/rebuild.ts';
import type { RetryFlags } from '../commands/actions/retry.ts';
import { exampleText, examples } from './help.ts';
import { PollenBatchError } from '../errors.ts';
import type { SetRequest } from '../workflows/messages.ts';
import {
  costOptions,
  outputOption,
  parseBudget,
  parseConcurrency,
  parseDeadline,
  parseReason,
  priorityOption,
  waitPausedOption,
} from './options.ts';

type ReasonFlags = OutputFlags & { readonly reason?: string };
type ResumeFlags = RebuildFlags & { readonly fromStore?: boolean };

/** The commands that change what becomes of a run. */
export function addSteerCommands(
  program: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('suspend')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('pause a run: calls in flight finish and are recorded, nothing new is sent')
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.suspend))
    .action(async (runId: string, flags: ReasonFlags) => {
      const { suspendAction } = await import('../commands/actions/steer.ts');
      present(await suspendAction(runId, flags.reason), flags);
    });

  program
    .command('resume')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('let a paused run go on, whether it was suspended or waits for what is mended by now')
    .option('--from-store', 'finish a run that Temporal has lost, from the bucket alone')
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .option('-w, --watch', 'with --from-store: stay and show the progress; Ctrl-C leaves the run going')
    .addOption(waitPausedOption())
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.resume))
    .action(async (runId: string, flags: ResumeFlags) => {
      if (flags.fromStore === true) {
        const { rebuildAction } = await import('../commands/actions/rebuild.ts');
        present(await rebuildAction(runId, flags, context), flags);
        return;
      }
      if (flags.watch === true) throw alone('--watch', runId);
      if (!flags.waitPaused) throw alone('--no-wait-paused', runId);
      const { resumeAction } = await import('../commands/actions/steer.ts');
      present(await resumeAction(runId, flags.reason), flags);
    });

  program
    .command('stop')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('end a run: calls in flight finish and are recorded, report and bill are written')
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.stop))
    .action(async (runId: string, { reason, ...flags }: ReasonFlags) => {
      const { stopAction } = await import('../commands/actions/steer.ts');
      present(await stopAction(runId, reason), flags);
    });

  program
    .command('terminate')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('end a run at once: what calls in flight have cost is unknown, report and bill are written')
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.terminate))
    .action(async (runId: string, { reason, ...flags }: ReasonFlags) => {
      const { terminateAction } = await import('../commands/actions/steer.ts');
      present(await terminateAction(runId, reason), flags);
    });

  program
    .command('approve')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('let a run go on that waits for approval')
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.approve))
    .action(async (runId: string, { reason, ...flags }: ReasonFlags) => {
      const { approveAction } = await import('../commands/actions/steer.ts');
      present(await approveAction(runId, reason), flags);
    });

  costOptions(program.command('retry'))
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('call again for what an ended run has not got, as a run of its own; the rest is taken over')
    .option(
      '--new-seed',
      'draw other seeds, for pinned ones too, where an answer is bad for good: bad-result, output-invalid, answer-too-large, content-policy',
    )
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .option('-w, --watch', 'stay and show the progress; Ctrl-C leaves the run going')
    .addOption(waitPausedOption())
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.retry))
    .action(async (runId: string, flags: RetryFlags) => {
      const { retryAction } = await import('../commands/actions/retry.ts');
      present(await retryAction(runId, flags, context), flags);
    });

  program
    .command('set')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('change a run while it goes on: its budget, concurrency, priority or deadline')
    .option('--budget <pollen>', 'most that it may cost in all: 10, or +5 for so much more', parseBudget)
    .option('--concurrency <calls>', 'calls in flight at most, over all workers, or none', parseConcurrency)
    .addOption(priorityOption())
    .option(
      '--deadline <time>',
      'when it ends, whatever it has left: 2h from now, +1h later than now set, a time as 2026-12-01T06:00:00Z, or none',
      parseDeadline,
    )
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.set))
    .action(async (runId: string, { output, ...request }: OutputFlags & SetRequest) => {
      if (Object.keys(request).every((name) => name === 'reason')) throw nothingToSet(runId);
      const { setAction } = await import('../commands/actions/steer.ts');
      present(await setAction(runId, request), { output });
    });
}

function nothingToSet(runId: string): PollenBatchError {
  return new PollenBatchError('usage', 'nothing to set', {
    remedy: `Say what to change: \`pollen-batch set ${runId} --budget +5\`, or --concurrency, --priority, --deadline.`,
  });
}

function alone(flag: '--watch' | '--no-wait-paused', runId: string): PollenBatchError {
  return new PollenBatchError('usage', `${flag} goes with --from-store`, {
    remedy: `Let the run go on with \`pollen-batch resume ${runId}\`, and watch it with \`pollen-batch watch ${runId}\`.`,
  });
}
