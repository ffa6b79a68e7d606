import { hash } from 'node:crypto';

import type { WireRequest } from '../pollinations/dialects/dialect.ts';

/** sha256 of a text or bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** Names a request: sha256 over the API and the bytes. */
export function requestDigest(
  api: { readonly id: string; readonly dialect: string },
  { method, path, body }: WireRequest,
): string {
  return sha256(JSON.stringify([api.id, api.dialect, method, path, body ?? null]));
}
