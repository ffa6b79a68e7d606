import type { Command } from 'commander';

import type { Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import { exampleText, examples } from '../commands/help.ts';
import { outputOption } from './options.ts';

/** The commands that tell what has happened in a run. */
export function addTellCommands(
  program: Command,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('explain')
    .argument('<run>', 'run id, as `list` shows it')
    .argument('<item>', 'id of the item, or its number')
    .description('tell all about an item: request, attempts, waits, charge, objects, why it failed')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.explain))
    .action(async (runId: string, item: string, flags: OutputFlags) => {
      const { explainAction } = await import('../commands/actions/explain.ts');
      present(await explainAction(runId, item), flags);
    });
}
