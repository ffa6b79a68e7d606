import type { WireRequest } from './dialects/dialect.ts';
import type { Secret } from './secret.ts';

/** The headers of one call. Nothing in them may change what is generated: the cache does not look at them. */
export function requestHeaders(
  kind: 'text' | 'image',
  request: WireRequest,
  requestId: string,
  key: Secret | undefined,
): Readonly<Record<string, string>> {
  return {
    accept: kind === 'text' ? 'application/json' : 'image/*, video/mp4',
    'x-request-id': echoableId(requestId),
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
    ...(key && { authorization: `Bearer ${key.reveal()}` }),
  };
}

/** The API replaces ids with other characters, or more than 255, by its own. */
function echoableId(id: string): string {
  return id.replace(/[^A-Za-z0-9_=-]/g, '-').slice(-255);
}
