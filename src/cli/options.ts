import { type Command, InvalidArgumentError, Option } from 'commander';

import { parseDuration } from '../manifest/duration.ts';
import type { Priority } from '../manifest/job.ts';
import type { SetRequest } from '../workflows/messages.ts';

type Deadline = NonNullable<SetRequest['deadline']> | null;

/** The options of every command that starts a run. */
export function submitOptions(command: Command): Command {
  return costOptions(command)
    .option('--new', 'make another run of a job that has one already')
    .option(
      '--fresh',
      'draw new seeds for the whole run, but for those that the job pins; with --new where it has run',
    )
    .addOption(firstOption())
    .option('--reuse', 'take over what earlier runs of the job have done')
    .option('--allow-unpriced', 'also call models without a known price')
    .option('--anonymous', 'send no key: only models that cost nothing')
    .addOption(waitPausedOption())
    .addOption(modelOption())
    .addOption(outputOption());
}

/** What a run may cost, as commands have it that start one. */
export function costOptions(command: Command): Command {
  return command
    .option('--max-cost <pollen>', 'refuse what may cost more; the run has it as its budget', parsePollen)
    .option('-y, --yes', 'start also what may cost more than the configured threshold');
}

/** `--first`, which makes a run of its own. */
export function firstOption(): Option {
  return new Option('--first <count>', 'only the first items, as a run of their own').argParser(parseLimit);
}

/** `--no-wait-paused`, as commands have it that wait for runs. */
export function waitPausedOption(): Option {
  return new Option('--no-wait-paused', 'come back with 4 when a run is paused; else it is waited for');
}

/** `--model`, which the lines of an OpenAI batch file cannot overrule. */
export function modelOption(): Option {
  return new Option('--model <name>', 'of an OpenAI batch file: the model to ask, whatever its lines name');
}

/** `--format`, as commands have it that check a job. */
export function problemFormatOption(): Option {
  return new Option('--format <format>', 'how problems are written; github for annotations of its workflows')
    .choices(['text', 'github'])
    .default('text');
}

/** `--output`, as every command has it whose answer is data. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'data on stdout').choices(['text', 'json']).default('text');
}

/**
 * A whole number of at most nine digits.
 *
 * @throws InvalidArgumentError for anything else
 */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number.');
  }
  return count;
}

/**
 * A whole number from 1 on, of at most nine digits.
 *
 * @throws InvalidArgumentError for anything else
 */
export function parseLimit(text: string): number {
  const count = parseCount(text);
  if (count < 1) throw new InvalidArgumentError('Give a whole number from 1 on.');
  return count;
}

function parsePollen(text: string): string {
  if (!/^\d{1,12}(\.\d{1,8})?$/.test(text)) {
    throw new InvalidArgumentError('Give an amount of Pollen with at most eight decimals, such as 0.5.');
  }
  return text;
}

/**
 * A budget: an amount of Pollen, or so much more after a plus.
 *
 * @throws InvalidArgumentError for anything else
 */
export function parseBudget(text: string): string {
  if (!/^\+?\d{1,9}(\.\d{1,8})?$/.test(text)) {
    throw new InvalidArgumentError('Give an amount of Pollen, as 10, or so much more, as +5.');
  }
  return text;
}

/**
 * Calls in flight at most.
 *
 * @returns `null` for `none`
 * @throws InvalidArgumentError for anything else
 */
export function parseConcurrency(text: string): number | null {
  if (text === 'none') return null;
  const calls = parseCount(text);
  if (calls < 1 || calls > 1_000_000)
    throw new InvalidArgumentError('Give a whole number from 1 on, or none.');
  return calls;
}

/** `--priority`, of a run that goes on. */
export function priorityOption(): Option {
  return new Option('--priority <priority>', 'how it stands among others').choices([
    'low',
    'normal',
    'high',
    'urgent',
  ] satisfies readonly Priority[]);
}

/** As far as a job's own deadline may be. */
const LONGEST_MS = 3_650 * 86_400_000;

/**
 * When a run is to end: a duration from now, one more than it has after a plus, a time, or `none`.
 *
 * @throws InvalidArgumentError for anything else, for a time that has passed, and for one that is more than 3650 days away
 */
export function parseDeadline(text: string, _before?: unknown, now = Date.now()): Deadline {
  if (text === 'none') return null;
  const seconds = parseDuration(text.replace(/^\+/, ''));
  const checkBound = (time: number): void => {
    if (time > now + LONGEST_MS) throw new InvalidArgumentError('A deadline is 3650d from now at most.');
  };
  if (seconds !== undefined) checkBound(now + 1_000 * seconds);
  if (seconds !== undefined && seconds > 0) {
    return text.startsWith('+') ? { later: seconds } : new Date(now + 1_000 * seconds).toISOString();
  }
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError(
      'Give 2h from now, +1h more, a time with its zone as 2026-12-01T06:00:00Z, or none.',
    );
  }
  checkBound(time);
  if (time <= now) throw new InvalidArgumentError('That time has passed; `stop` ends a run.');
  return new Date(time).toISOString();
}

/**
 * A port to listen on.
 *
 * @throws InvalidArgumentError for anything else
 */
export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return port;
}

/** What signed addresses last at most, in seconds. */
const LONGEST_LINK = 7 * 86_400;

/**
 * How long a link works, in seconds.
 *
 * @throws InvalidArgumentError for anything else, and more than stores allow
 */
export function parseExpiry(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds === 0 || seconds > LONGEST_LINK)
    throw new InvalidArgumentError('Give 15m, 24h or the like; stores allow 7d at most.');
  return seconds;
}

/**
 * Words for people, of at most 300 characters: they are kept in the history of the run.
 *
 * @throws InvalidArgumentError for more
 */
export function parseReason(text: string): string {
  if (text.length > 300) throw new InvalidArgumentError('Say it in at most 300 characters.');
  return text;
}

/**
 * A moment in the past: so long ago, a day, or a moment with its zone.
 *
 * @throws InvalidArgumentError for anything else
 */
export function parseSince(text: string): Date {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return new Date(Date.now() - seconds * 1_000);
  const day = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:?\d\d))?$/.test(text) ? new Date(text) : undefined;
  if (day === undefined || Number.isNaN(day.getTime())) {
    throw new InvalidArgumentError(
      'Give a time back (7d, 24h), a day (2026-11-01) or a moment with its zone.',
    );
  }
  return day;
}
