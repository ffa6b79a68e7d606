import type { WireRequest } from './dialect.ts';
import { dialects } from './index.ts';

/**
 * Whether a request is a generation call of its kind, in any form of the API there has been. A plan lies in a bucket that others
 * may write to: what it has its worker send, with the key, is nothing else.
 */
export function isGeneration(kind: 'text' | 'image', { method, path }: WireRequest): boolean {
  return Object.values(dialects).some(({ textPath, imagePath }) =>
    kind === 'text'
      ? method === 'POST' && path === textPath
      : method === 'GET' &&
        path.startsWith(`${imagePath}/`) &&
        !path.slice(imagePath.length + 1).includes('/'),
  );
}
