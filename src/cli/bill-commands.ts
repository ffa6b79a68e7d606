import { type Command, Option } from 'commander';

import type { BillFlags } from '../commands/actions/bill.ts';
import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import { exampleText, examples } from '../commands/help.ts';

/** The commands that tell what was paid for what. */
export function addBillCommands(
  program: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('bill')
    .argument('<run>', 'run id, as `list` shows it')
    .description('show what was paid for what in a run, or in many; times are UTC')
    .option('--items', 'line by line, an attempt each')
    .addOption(
      new Option('-o, --output <format>', 'data on stdout')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .addHelpText('after', exampleText(examples.bill))
    .action(async (run: string, flags: BillFlags) => {
      const { billAction } = await import('../commands/actions/bill.ts');
      const output = flags.output === 'json' ? 'json' : 'text';
      present(await billAction(run, flags, context), { output });
    });
}
