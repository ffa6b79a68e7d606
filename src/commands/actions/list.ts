import { exitCodes } from '../exit-codes.ts';
import { list } from '../runs/list.ts';
import type { ListedState } from '../runs/listed-run.ts';
import { listText, namesText } from '../render/list-text.ts';
import { configure, withReading } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';

export interface ListFlags {
  readonly limit: number;
  readonly state?: readonly ListedState[];
  readonly job?: string;
  /** Entries as `name=value`. */
  readonly label?: readonly string[];
  readonly since?: Date;
  readonly output: 'table' | 'wide' | 'json' | 'name';
}

/** `list` */
export function listAction(
  { limit, state, job, label, since, output }: ListFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withReading(configure(), async (reading) => {
    const { runs, warnings } = await list(reading, {
      limit,
      ...(state === undefined ? {} : { states: state }),
      ...(job === undefined ? {} : { job }),
      ...(label === undefined ? {} : { labels: label }),
      ...(since === undefined ? {} : { since }),
    });
    const narrowing = Object.entries({ state, job, label, since })
      .filter(([, value]) => value !== undefined)
      .map(([name]) => `--${name}`);
    for (const warning of warnings) terminal.warn(`${warning}.`);
    const text = output === 'name' ? namesText(runs) : listText(runs, output === 'wide', narrowing);
    return { data: runs, text, exitCode: exitCodes.succeeded };
  });
}
