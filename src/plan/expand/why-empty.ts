import type { Entry, FilePath } from '../../manifest/job.ts';
import { quoted } from '../../manifest/printable.ts';
import { isFolder } from '../sources/read-source.ts';
import { itemPath } from './step-place.ts';

/** Why no item comes of an entry whose matrix has combinations, and the value that is to be looked at. */
export function whyEmpty(entry: Entry): { readonly path: FilePath; readonly message: string } {
  const own = itemPath(entry.path);
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
