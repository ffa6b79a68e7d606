import { type Command, Option } from 'commander';

import type { CommandContext, Outcome, OutputFlags } from '../commands/actions/outcome.ts';
import type { ApplyFlags, FailuresFlags } from '../commands/actions/schedule.ts';
import { outputOption, parseCount, parseLimit, parseSince } from './options.ts';

/**
 * Declares what can be done with schedules.
 *
 * @param present - writes the outcome of a command
 */
export function addScheduleCommands(
  schedule: Command,
  context: CommandContext,
  present: (outcome: Outcome, flags: OutputFlags) => void,
): void {
  const load = () => import('../commands/actions/schedule.ts');
  const verb = (name: string, description: string): Command =>
    schedule.command(name).description(description).addOption(outputOption());
  const named = (name: string, description: string): Command =>
    verb(name, description).argument('<name>', "name of the schedule, which is its job's");

  verb('apply', 'create the schedule of a job file, or bring it up to date, and tell what changes')
    .argument('<file>', 'job file with a schedule, or - for standard input')
    .option('--dry-run', 'only tell what would change')
    .option('--allow-unpriced', 'also call models without a known price')
    .action(async (file: string, flags: ApplyFlags) => {
      present(await (await load()).applyAction(file, flags, context), flags);
    });
  verb('list', 'list the schedules').action(async (flags: OutputFlags) => {
    present(await (await load()).listSchedulesAction(), flags);
  });
  named('get', 'show a schedule: its settings, its next times, its runs and what they have cost')
    .option('-n, --limit <count>', 'runs at most', parseLimit, 10)
    .action(async (name: string, flags: OutputFlags & { readonly limit: number }) => {
      present(await (await load()).getScheduleAction(name, flags.limit), flags);
    });
  verb('list-failures', 'list runs that failed, stopped, expired, wait, were lost or missed, and what to do')
    .argument('[name]', 'name of one schedule; all of them when left out')
    .addOption(
      new Option('--since <time>', 'only those planned for a time since (7d, 24h, 2026-11-01)')
        .argParser(parseSince)
        .default(parseSince('30d'), '30d'),
    )
    .option('-n, --limit <count>', 'failures at most, the youngest first', parseLimit, 50)
    .action(async (name: string | undefined, flags: FailuresFlags) => {
      present(await (await load()).listFailuresAction(name, flags), flags);
    });
  for (const [word, isPause, description] of [
    ['pause', true, 'start nothing at its times until it is resumed'],
    ['resume', false, 'let a paused schedule go on'],
  ] as const) {
    named(word, description)
      .option('--reason <text>', 'kept with the schedule, for people')
      .action(async (name: string, flags: OutputFlags & { readonly reason?: string }) => {
        present(await (await load()).pauseAction(name, isPause, flags.reason), flags);
      });
  }
  named('trigger', 'start a run now, as if it were time').action(async (name: string, flags: OutputFlags) => {
    present(await (await load()).triggerAction(name, context), flags);
  });
  named('backfill', 'make the runs of past times that have none, one after the other')
    .requiredOption('--from <day>', 'first day or moment: 2026-10-01, 2026-10-01T06:00:00Z')
    .requiredOption('--to <day>', 'last day or moment, included')
    .action(async (name: string, flags: OutputFlags & { readonly from: string; readonly to: string }) => {
      present(await (await load()).backfillAction(name, flags), flags);
    });
  named('next', 'show when it runs next')
    .option('-n, --count <count>', 'times, up to 1000', parseCount, 5)
    .action(async (name: string, flags: OutputFlags & { readonly count: number }) => {
      present(await (await load()).nextAction(name, flags.count), flags);
    });
  named('delete', 'remove a schedule; its runs stay').action(async (name: string, flags: OutputFlags) => {
    present(await (await load()).deleteAction(name), flags);
  });
}
