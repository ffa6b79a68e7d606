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
  /** Whether every seed that ever failed is run as well, each before the fresh one. */
  readonly known: boolean;
  readonly help: boolean;
}

export const usage = `npm run faults -- [options]

The product on real servers, with jobs coming in all the time, while a nemesis kills, stops, cuts off, fills up and turns
back whatever it stands on. When all is whole again, what outside witnesses have seen is held against every run.

  --seed N       replays the faults of that seed (default: a fresh one, which is printed)
  --minutes N    minutes from the first fault until all must be whole again (default: 5, at least 3)
  --only NAME    only faults whose names start so, as "worker" or "store-cut"
  --workers N    workers, each a process (default: 2)
  --items N      items of each job (default: 60)
  --report FILE  writes what came of it, in Markdown
  --keep FOLDER  keeps the logs of all programs and the journal of the API there
  --known        first runs every seed that ever failed, from test/nemesis/seeds.txt
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

function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new Error(`--${name} is a number from ${least}, not "${text}"`);
}
