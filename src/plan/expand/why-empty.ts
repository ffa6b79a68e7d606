import type { Entry, FilePath, Job } from '../../manifest/job.ts';
import { quoted } from '../../manifest/printable.ts';
import { isFolder } from '../sources/read-source.ts';
import { combinations } from './matrix.ts';
import { itemPath } from './step-place.ts';

/** Why no item comes of an entry, and the value that is to be looked at. */
export function whyEmpty(
  job: Pick<Job, 'matrix'>,
  entry: Entry,
): { readonly path: FilePath; readonly message: string } {
  const own = itemPath(entry.path);
  for (const [matrix, path] of [
    [job.matrix, []],
    [entry.matrix, own],
  ] as const) {
    if (matrix === undefined || combinations(matrix).next().done !== true) continue;
    const message =
      'no item comes of this: `exclude` leaves no combination of the matrix; take out what excludes too much';
    return { path: [...path, 'matrix', 'exclude'], message };
  }
  const { from, select } = entry;
  const source = quoted(from?.path ?? '');
  if (select !== undefined) {
    const key = select.where === undefined ? [] : ['where'];
    const message = `no item comes of this: \`select\` leaves no row of ${source}, or it has none; look at what it chooses`;
    return { path: [...own, 'select', ...key], message };
  }
  const what = from !== undefined && isFolder(from) ? 'matches no file' : 'has no rows';
  return {
    path: [...own, 'from'],
    message: `no item comes of this: ${source} ${what}; take the item out, or look at the path`,
  };
}
