import { formatProblem } from '../../manifest/problem.ts';
import type { JobReading } from '../read-job.ts';
import { plural } from './words.ts';

/** What checking a job file found, for programs. */
export function validationData(reading: JobReading) {
  const { file } = reading;
  if ('problems' in reading) return { file, problems: reading.problems };
  return { file, items: reading.job.items.length, warnings: reading.warnings };
}

/** What checking job files found: every problem a line, or the word that a file is right. */
export function validationText(readings: readonly JobReading[]): string {
  return readings
    .flatMap((reading) =>
      'problems' in reading
        ? reading.problems.map(formatProblem)
        : [
            ...reading.warnings.map((warning) => `${formatProblem(warning)} (warning)`),
            `${reading.file}: ok, ${plural(reading.job.items.length, 'item')}`,
          ],
    )
    .join('\n');
}
