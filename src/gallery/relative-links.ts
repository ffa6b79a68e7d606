import { posix } from 'node:path';

/** Where something lies as seen from a page: each by its path from the same root. */
export function relativeLink(page: string, path: string): string {
  const way = posix.relative(posix.dirname(page), path);
  return way.split('/').map(encodeURIComponent).join('/');
}
