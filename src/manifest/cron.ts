import { Cron } from 'croner';

const macros: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

/** Years of a schedule go from here on; today's date would make a file wrong by the passing of time. */
const EARLIEST = '2000-01-01T00:00:00Z';

/**
 * Says what is wrong with a cron line as Temporal takes it: five fields, six with the year at the end, seven with the
 * seconds before. The zone stands in `timezone`, not in the line.
 *
 * @returns `undefined` when nothing is
 */
export function cronProblem(line: string): string | undefined {
  const text = line.trim();
  if (/^(CRON_)?TZ=/.test(text)) return 'write the zone as `timezone`, not inside the cron line';
  if (text.startsWith('@every')) return 'write an interval as `every`, not as a cron line';
  if (text.startsWith('@')) return macros.has(text) ? undefined : `${text} is no shorthand of cron`;
  const fields = text.split(/\s+/);
  if (fields.length < 5 || fields.length > 7) {
    return `a cron line has five fields (minute, hour, day of month, month, day of week), and this one has ${fields.length}`;
  }
  // Letters that other crons know and Temporal does not; names of months and days are words.
  if (/(^|[\s,\d])[LW](?=$|[\s,])|[#+?]/.test(text)) return '`L`, `W`, `#`, `+` and `?` are not known here';
  try {
    // This library has the year at the end too, and the seconds first, as Temporal has them.
    const pattern = (fields.length === 6 ? ['0', ...fields] : fields).join(' ');
    // Temporal takes a name by its first letters, and a day must match both of its fields.
    const cron = new Cron(pattern.replaceAll(/([A-Za-z]{3})[A-Za-z]+/g, '$1'), {
      paused: true,
      timezone: 'UTC',
      domAndDow: true,
      sloppyRanges: true,
    });
    return cron.nextRun(new Date(EARLIEST)) === null ? 'it gives no time at all, ever' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
  }
}
