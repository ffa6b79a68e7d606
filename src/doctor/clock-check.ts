import { checksOf, type Check } from './check.ts';

/** The clock of a server, next to ours at the same moment. */
export interface ClockReading {
  readonly source: 'the API' | 'the store';
  /** Milliseconds since 1970, by their clock and by ours. */
  readonly theirs: number;
  readonly ours: number;
}

/** Both in seconds. S3 refuses signatures that are 15 minutes off. */
const WARNING = 30;
const FAILURE = 300;

const { ok, warning, failed, skipped } = checksOf('This machine');

/** Judges this machine's clock by those of the servers. */
export function clockCheck(readings: readonly ClockReading[]): Check {
  const offsets = readings
    .map(({ source, theirs, ours }) => ({ source, seconds: Math.round((ours - theirs) / 1_000) }))
    .sort((left, right) => Math.abs(right.seconds) - Math.abs(left.seconds));
  const [worst, ...others] = offsets;
  if (worst === undefined) return skipped('clock', 'no server told its time');
  if (Math.abs(worst.seconds) <= WARNING) {
    return ok(
      'clock',
      `within ${Math.abs(worst.seconds)} s of ${offsets.map(({ source }) => source).join(' and ')}`,
    );
  }
  const found = `${describe(worst.seconds)} ${worst.source}`;
  const agreeing = others.find(({ seconds }) => Math.abs(seconds) <= WARNING);
  const remedy =
    agreeing === undefined
      ? 'Set the clock of this machine, best by NTP (timedatectl set-ntp true).'
      : `Set the clock of the server: ${agreeing.source} agrees with this machine.`;
  const say = Math.abs(worst.seconds) > FAILURE ? failed : warning;
  return say('clock', `${found}; signatures of S3 are refused at 15 minutes`, remedy);
}

function describe(seconds: number): string {
  const size = Math.abs(seconds);
  const amount =
    size < 120
      ? `${size} s`
      : size < 7_200
        ? `${Math.round(size / 60)} min`
        : `${Math.round(size / 3_600)} h`;
  return `${amount} ${seconds > 0 ? 'ahead of' : 'behind'}`;
}
