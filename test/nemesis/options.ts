import { parse } from 'node:path';
import { parseArgs } from 'node:util';

/** What a nemesis run is told. */
export interface NemesisOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly workers: number;
  /** Items of each job. */
  readonly items: number;
  /** Kinds of faults whose names start with it. @default all */
  readonly only?: string;
  /** File for the report, in Markdown. @default none */
  readonly report?: string;
  /** Folder for logs and journal. @default they are thrown away */
  readonly keep?: string;
  /** Whether every seed that ever failed, in no more minutes than these, is run as well, each before the fresh one. */
  readonly known: boolean;
  readonly help: boolean;
}

/** What a seed is run with: the plan is that of all of them. */
export type NemesisRun = Pick<NemesisOptions, 'seed' | 'minutes' | 'workers' | 'items' | 'only'>;

export const usage = `npm run faults -- [options]

The product on real servers, with jobs coming in all the time, while a nemesis kills, stops, cuts off, fills up and turns
back whatever it stands on. When all is whole again, what outside witnesses have seen is held against every run.

  --seed N       replays the faults of that seed (default: a fresh one, which is printed)
  --minutes N    minutes from the first fault until all must be whole again, if each kind has met somebody by then
                 (default: 5, at least 3)
  --only NAME    only faults whose names start so, as "worker" or "store-cut"
  --workers N    workers, each a process (default: 2)
  --items N      items of each job (default: 60)
  --report FILE  writes what came of it, in Markdown; with --known a file for each seed, which stands before its extension
  --keep FOLDER  keeps the logs of all programs and the journal of the API there, and all of a run that does not hold
  --known        first runs every seed that ever failed, from test/nemesis/seeds.txt, as it was run then; those that take more
                 than --minutes are left out
`;

/**
 * Reads the command line.
 *
 * @throws Error that names what does not fit
 */
export function readOptions(parameters: readonly string[], freshSeed: () => number): NemesisOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '5' },
      workers: { type: 'string', default: '2' },
      items: { type: 'string', default: '60' },
      only: { type: 'string' },
      report: { type: 'string' },
      keep: { type: 'string' },
      known: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { only, report, keep, known, help } = values;
  return {
    seed: values.seed === undefined ? freshSeed() : number('seed', values.seed, 0),
    minutes: number('minutes', values.minutes, 3),
    workers: number('workers', values.workers, 2),
    items: number('items', values.items, 8),
    known,
    help,
    ...(only === undefined ? {} : { only }),
    ...(report === undefined ? {} : { report }),
    ...(keep === undefined ? {} : { keep }),
  };
}

/**
 * Reads the seeds that ever failed: `seed minutes workers items`, then the start of the faults' names where only some were
 * chosen, then `#` and why.
 *
 * @throws Error that names a line that is none
 */
export function readSeeds(text: string): readonly NemesisRun[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter(Boolean).map((line) => {
    const [seed, minutes, workers, items, only] = line.split(/\s+/);
    if (items === undefined) throw new Error(`no "seed minutes workers items": ${line}`);
    return {
      seed: number('seed', seed ?? '', 0),
      minutes: number('minutes', minutes ?? '', 3),
      workers: number('workers', workers ?? '', 2),
      items: number('items', items, 8),
      ...(only === undefined ? {} : { only }),
    };
  });
}

/** What is run: of the seeds that ever failed those that take no longer than the fresh one, and then that. */
export function runsOf(options: NemesisOptions, known: readonly NemesisRun[]): readonly NemesisRun[] {
  return [...known.filter(({ minutes }) => minutes <= options.minutes), options];
}

/** The line of such a file that runs it again. */
export function seedLine({ seed, minutes, workers, items, only = '' }: NemesisRun): string {
  return `${seed} ${minutes} ${workers} ${items} ${only}`.trim();
}

/** The file for the report of one of several seeds. */
export function reportFile(file: string, seed: number): string {
  const { ext } = parse(file);
  return `${file.slice(0, file.length - ext.length)}-${seed}${ext}`;
}

function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new Error(`--${name} is a number from ${least}, not "${text}"`);
}
