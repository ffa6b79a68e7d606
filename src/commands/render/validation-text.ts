import { printable } from '../../manifest/printable.ts';
import { formatProblem } from '../../manifest/problem.ts';
import type { Validation } from '../job/count-items.ts';
import { annotation } from './annotations.ts';
import { plural } from './words.ts';

/** What checking job files found: every problem a line, or the word that a file is right. */
export function validationText(readings: readonly Validation[]): string {
  return readings
    .flatMap((reading) => [
      ...reading.warnings.map((warning) => `${formatProblem(warning)} (warning)`),
      ...('problems' in reading
        ? reading.problems.map(formatProblem)
        : [`${printable(reading.file)}: ok, ${plural(reading.items, 'item')}`]),
    ])
    .join('\n');
}

/** The same for GitHub, which shows every problem at its line of the change. */
export function validationAnnotations(readings: readonly Validation[]): string {
  return readings
    .flatMap((reading) => [
      ...reading.warnings.map((warning) => annotation('warning', warning)),
      ...('problems' in reading ? reading.problems.map((problem) => annotation('error', problem)) : []),
    ])
    .join('\n');
}
