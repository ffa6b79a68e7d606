import type { Entry, Job, Values } from '../../manifest/job.ts';
import { combinations, matrixSize } from './matrix.ts';

/** Combinations that are kept, since every row of a table has them again. */
const KEPT = 1_000;

/**
 * Combinations of the job's matrix and an entry's, as often as they are wanted: one that is `undefined` without both, and
 * `null` in the place of what is taken out.
 */
export function entryCombinations(job: Job, entry: Entry): () => Iterable<Values | null | undefined> {
  const make = (): Iterable<Values | null | undefined> => combine(job, entry);
  if (combinationsAtMost(job, entry) > KEPT) return make;
  const kept = [...make()].filter((combination) => combination !== null);
  return () => kept;
}

/** Most combinations that an entry can have. */
export function combinationsAtMost(job: Job, { matrix }: Entry): number {
  return sizeOf(job.matrix) * sizeOf(matrix);
}

function sizeOf(matrix: Entry['matrix']): number {
  return matrix === undefined ? 1 : matrixSize(matrix);
}

function* combine(job: Job, entry: Entry): Generator<Values | null | undefined> {
  if (job.matrix === undefined && entry.matrix === undefined) {
    yield undefined;
    return;
  }
  for (const outer of job.matrix === undefined ? [{}] : combinations(job.matrix)) {
    if (outer === null) {
      yield null;
      continue;
    }
    for (const inner of entry.matrix === undefined ? [{}] : combinations(entry.matrix)) {
      yield inner === null ? null : { ...outer, ...inner };
    }
  }
}
