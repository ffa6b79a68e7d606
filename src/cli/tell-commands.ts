import { type Command, Option } from 'commander';

import type { LogsFlags } from '../commands/actions/logs.ts';
import type { OpenFlags } from '../commands/actions/open.ts';
import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import { exampleText, examples } from './help.ts';
import { outputOption, parseCount, parsePort, parseSince } from './options.ts';

/** The commands that tell what has happened in a run. */
export function addTellCommands(
  program: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags?: OutputFlags) => void,
): void {
  program
    .command('explain')
    .argument('<run>', 'run id, its beginning, or @latest')
    .argument('<item>', 'id of the item, or its number')
    .description('tell all about an item: request, attempts, waits, charge, objects, why it failed')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.explain))
    .action(async (runId: string, item: string, flags: OutputFlags) => {
      const { explainAction } = await import('../commands/actions/explain.ts');
      present(await explainAction(runId, item), flags);
    });

  program
    .command('open')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('show the results of a run in the browser, while it goes on too; until Ctrl-C')
    .option('--port <port>', 'port of this machine; a free one when left out', parsePort)
    .option('--no-browser', 'print the address alone')
    .addHelpText('after', exampleText(examples.open))
    .action(async (runId: string, flags: OpenFlags) => {
      const { openAction } = await import('../commands/actions/open.ts');
      present(await openAction(runId, flags, context));
    });

  program
    .command('logs')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('print what has happened in a run, a line an event, in order of time; times are UTC')
    .option('-f, --follow', 'go on until the run ends; Ctrl-C leaves the run going')
    .option('--tail <count>', 'only the last so many events', parseCount)
    .option('--since <time>', 'only since then (10m, 24h, 2026-11-01)', parseSince)
    .option('--item <id>', 'only of this item, by its id or number')
    .option('--failed', 'only attempts that went wrong, and items that failed')
    .addOption(new Option('-o, --output <format>', 'lines').choices(['text', 'json']).default('text'))
    .addHelpText('after', exampleText(examples.logs))
    .action(async (runId: string, flags: LogsFlags) => {
      const { logsAction } = await import('../commands/actions/logs.ts');
      present(await logsAction(runId, flags, context));
    });
}
