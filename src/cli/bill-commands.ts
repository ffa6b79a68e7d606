import { type Command, Option } from 'commander';

import type { BillFlags } from '../commands/actions/bill.ts';
import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import { exampleText, examples } from './help.ts';
import { outputOption, parseSince } from './options.ts';

/** The commands that tell what was paid for what. */
export function addBillCommands(
  program: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('bill')
    .argument('[run]', 'run id, its beginning, or @latest')
    .description(
      'show what was paid for what in a run, or by day, job, model or label in many; times are UTC',
    )
    .option('--items', 'line by line, an attempt each')
    .addOption(
      new Option('--by <key>', 'all runs in the bucket, added up by this').choices([
        'day',
        'job',
        'model',
        'label',
      ]),
    )
    .option(
      '--since <time>',
      'with --by: runs that ended since, or have not ended (7d, 24h, 2026-11-01)',
      parseSince,
    )
    .option('--job <name>', 'with --by: runs of this job alone')
    .addOption(
      new Option('-o, --output <format>', 'data on stdout')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .addHelpText('after', exampleText(examples.bill))
    .action(async (run: string | undefined, flags: BillFlags) => {
      const { billAction } = await import('../commands/actions/bill.ts');
      const output = flags.output === 'json' ? 'json' : 'text';
      present(await billAction(run, flags, context), { output });
    });

  program
    .command('reconcile')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('settle what is unknown on the bill of a run that has ended, by what the account tells')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.reconcile))
    .action(async (run: string, flags: OutputFlags) => {
      const { reconcileAction } = await import('../commands/actions/reconcile.ts');
      present(await reconcileAction(run), flags);
    });
}
