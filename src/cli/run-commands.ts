import { type Command, InvalidArgumentError, Option } from 'commander';

import type { DeleteFlags } from '../commands/actions/delete.ts';
import type { DiffFlags } from '../commands/actions/diff.ts';
import type { GcFlags } from '../commands/actions/gc.ts';
import type { ListFlags } from '../commands/actions/list.ts';
import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import type { WaitFlags } from '../commands/actions/wait.ts';
import { exampleText, examples } from './help.ts';
import { listedStates } from '../commands/runs/listed-run.ts';
import { durationRule, parseDuration } from '../manifest/duration.ts';
import { outputOption, parseLimit, parseSince, waitPausedOption } from './options.ts';

/** The commands that look at runs. */
export function addRunCommands(
  program: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('list')
    .description('list the runs, the youngest first; those that Temporal has forgotten as well')
    .addOption(new Option('--state <state...>', 'only runs in one of these states').choices(listedStates))
    .option('--job <name>', 'only runs of this job')
    .option('--label <name=value>', 'only runs with this label; given twice, with both', collectLabel)
    .option('--since <time>', 'only runs that started since (7d, 24h, 2026-11-01)', parseSince)
    .option('-n, --limit <count>', 'runs at most', parseLimit, 50)
    .addOption(
      new Option('-o, --output <format>', 'data on stdout; name prints ids alone')
        .choices(['table', 'wide', 'json', 'name'])
        .default('table'),
    )
    .addHelpText('after', exampleText(examples.list))
    .action(async (flags: ListFlags) => {
      const { listAction } = await import('../commands/actions/list.ts');
      present(await listAction(flags, context), { output: flags.output === 'json' ? 'json' : 'text' });
    });

  program
    .command('get')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('show a run: its plan, how far it is, what it cost')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.get))
    .action(async (runId: string, flags: OutputFlags) => {
      const { getAction } = await import('../commands/actions/get.ts');
      present(await getAction(runId), flags);
    });

  program
    .command('wait')
    .argument('<runs...>', 'run ids, their beginnings, or @latest')
    .description('wait until runs are over')
    .option('--exit-status', 'tell by the exit code how they ended: that of the worst one')
    .option('--timeout <duration>', 'wait no longer than this (10m, 6h), and exit with 1', parseTimeout)
    .addOption(waitPausedOption())
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.wait))
    .action(async (runs: string[], flags: WaitFlags) => {
      const { waitAction } = await import('../commands/actions/wait.ts');
      present(await waitAction(runs, flags, context), flags);
    });

  program
    .command('diff')
    .argument('<run>', 'run id, its beginning, or @latest')
    .argument('<other>', 'the run that it is compared with')
    .description('compare two ended runs, item by item, and what they cost; 0 whether they differ or not')
    .option('-n, --limit <count>', 'items listed of each kind of difference', parseLimit, 20)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.diff))
    .action(async (first: string, second: string, flags: DiffFlags) => {
      const { diffAction } = await import('../commands/actions/diff.ts');
      present(await diffAction(first, second, flags, context), flags);
    });

  program
    .command('delete')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('delete a run that is over: its results, its bill, and what Temporal has of it')
    .option('-y, --yes', 'ask nobody')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.delete))
    .action(async (run: string, flags: DeleteFlags) => {
      const { deleteAction } = await import('../commands/actions/delete.ts');
      present(await deleteAction(run, flags, context), flags);
    });

  program
    .command('gc')
    .description('delete the results of runs that ended long ago; without --yes only say what would go')
    .requiredOption(
      '--older-than <duration>',
      'runs that ended longer ago than this (30d, 12w)',
      parseTimeout,
    )
    .option('--keep-bills', 'keep bill, report and plan of each, so that bill, list and get still know it')
    .option('--job <name>', 'only runs of this job')
    .option('-y, --yes', 'delete')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.gc))
    .action(async (flags: GcFlags) => {
      const { gcAction } = await import('../commands/actions/gc.ts');
      present(await gcAction(flags, context), flags);
    });
}

function parseTimeout(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError(`Give a duration: ${durationRule}.`);
  return seconds;
}

function collectLabel(text: string, earlier: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('Give name=value.');
  return [...earlier, text];
}
