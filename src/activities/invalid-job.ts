import { PollenBatchError } from '../errors.ts';
import { printable } from '../manifest/printable.ts';
import type { Problem } from '../manifest/problem.ts';

/** Problems that a failed run names. */
const TOLD = 5;

/**
 * Says that a job cannot be planned, in words that may stand in a workflow's history: codes and places, and none of the
 * messages, since these quote prompts and rows. A kept job has no lines, so only places in its data are told.
 */
export function invalidJob(name: string, problems: readonly Problem[]): PollenBatchError {
  const told = problems.slice(0, TOLD).map(({ file, line, column, code }) => {
    return file === name ? `${code} in the job` : `${code} in ${printable(file)}:${line}:${column}`;
  });
  const more = problems.length - told.length;
  return new PollenBatchError('job-invalid', `the job ${name} cannot be planned`, {
    details: more > 0 ? [...told, `and ${more} more`] : told,
    remedy:
      'See more by `pollen-batch validate` with its file, correct that, and apply the schedule again if it has one.',
  });
}
