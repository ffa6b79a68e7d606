import type { Command } from 'commander';

import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import type { RebuildFlags } from '../commands/actions/rebuild.ts';
import type { RetryFlags } from '../commands/actions/retry.ts';
import { exampleText, examples } from '../commands/help.ts';
import { PollenBatchError } from '../errors.ts';
import { costOptions, outputOption, parseBudget, parseReason } from './options.ts';

/** The commands that change what becomes of a run. */
export function addSteerCommands(
  program: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('suspend')
    .argument('<run>', 'run id, as `list` shows it')
    .description('pause a run: calls in flight finish and are recorded, nothing new is sent')
    .option('--reason <text>', 'shown with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.suspend))
    .action(async (runId: string, flags: OutputFlags & { readonly reason?: string }) => {
      const { suspendAction } = await import('../commands/actions/steer.ts');
      present(await suspendAction(runId, flags.reason), flags);
    });

  program
    .command('resume')
    .argument('<run>', 'run id, as `list` shows it')
    .description('let a paused run go on, whether it was suspended or waits for what is mended by now')
    .option('--from-store', 'finish a run that Temporal has lost, from the bucket alone')
    .option('-w, --watch', 'with --from-store: stay and show the progress; Ctrl-C leaves the run going')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.resume))
    .action(async (runId: string, flags: RebuildFlags & { readonly fromStore?: boolean }) => {
      if (flags.fromStore === true) {
        const { rebuildAction } = await import('../commands/actions/rebuild.ts');
        present(await rebuildAction(runId, flags, context), flags);
        return;
      }
      if (flags.watch === true) throw watchAlone(runId);
      const { resumeAction } = await import('../commands/actions/steer.ts');
      present(await resumeAction(runId), flags);
    });
  costOptions(program.command('retry'))
    .argument('<run>', 'run id, as `list` shows it')
    .description('call again for what an ended run has not got, as a run of its own; the rest is taken over')
    .option(
      '--new-seed',
      'draw other seeds, for pinned ones too, where an answer is bad for good: bad-result, output-invalid, answer-too-large, content-policy',
    )
    .option('-w, --watch', 'stay and show the progress; Ctrl-C leaves the run going')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.retry))
    .action(async (runId: string, flags: RetryFlags) => {
      const { retryAction } = await import('../commands/actions/retry.ts');
      present(await retryAction(runId, flags, context), flags);
    });

  program
    .command('set')
    .argument('<run>', 'run id, as `list` shows it')
    .description('change a run while it goes on: give it another budget, or more of it')
    .requiredOption(
      '--budget <pollen>',
      'most that it may cost in all: 10, or +5 for so much more',
      parseBudget,
    )
    .option('--reason <text>', 'kept with the run, for people', parseReason)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.set))
    .action(
      async (
        runId: string,
        { budget, reason, ...flags }: OutputFlags & { readonly budget: string; readonly reason?: string },
      ) => {
        const { setAction } = await import('../commands/actions/steer.ts');
        const request = { amount: budget, ...(reason === undefined ? {} : { reason }) };
        present(await setAction(runId, request), flags);
      },
    );
}

function watchAlone(runId: string): PollenBatchError {
  return new PollenBatchError('usage', '--watch goes with --from-store', {
    remedy: `Let the run go on with \`pollen-batch resume ${runId}\`, and watch it with \`pollen-batch watch ${runId}\`.`,
  });
}
