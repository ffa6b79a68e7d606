import { canonicalJson } from '../../canonical-json.ts';
import type { Entry, FilePath, Job, Matrix } from '../../manifest/job.ts';
import { createGiveWay } from '../give-way.ts';
import { combinations } from './matrix.ts';
import { itemPath } from './step-place.ts';

/** Finds the matrix of an entry that `exclude` leaves no combination of: the way to it, if there is one. */
export type FindEmptyMatrix = (entry: Entry) => Promise<FilePath | undefined>;

/** Looks each matrix through once, however many entries have it: all that it takes out has to be seen. */
export function createEmptyMatrices(job: Pick<Job, 'matrix'>): FindEmptyMatrix {
  const known = new Map<Matrix, boolean>();
  const alike = new Map<string, boolean>();
  const giveWay = createGiveWay();

  async function lookThrough(matrix: Matrix): Promise<boolean> {
    for (const combination of combinations(matrix)) {
      if (combination !== null) return false;
      const turn = giveWay();
      if (turn !== undefined) await turn;
    }
    return true;
  }

  async function isEmpty(matrix: Matrix | undefined): Promise<boolean> {
    if (matrix === undefined) return false;
    let found = known.get(matrix);
    if (found !== undefined) return found;
    const content = canonicalJson(matrix);
    found = alike.get(content) ?? (await lookThrough(matrix));
    known.set(matrix, found);
    alike.set(content, found);
    return found;
  }

  return async (entry) => {
    if (await isEmpty(job.matrix)) return ['matrix'];
    return (await isEmpty(entry.matrix)) ? [...itemPath(entry.path), 'matrix'] : undefined;
  };
}
