import { hash } from 'node:crypto';

import type { WireRequest } from '../pollinations/dialects/dialect.ts';

/** sha256 of a text or bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** JSON with keys sorted at every level, so that equal values give equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, nested: unknown) =>
    isPlainObject(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([left], [right]) => (left < right ? -1 : 1)))
      : nested,
  );
}

/** Names a request: sha256 over the API and the bytes. */
export function requestDigest(
  api: { readonly id: string; readonly dialect: string },
  { method, path, body }: WireRequest,
): string {
  return sha256(JSON.stringify([api.id, api.dialect, method, path, body ?? null]));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
