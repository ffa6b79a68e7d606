import type { Answer } from './answers.ts';
import type { CacheMode } from './cache.ts';
import type { Call } from './call.ts';
import type { Generated } from './state.ts';
import { usageHeaders } from './usage.ts';

/** Where an answer came from: generated for this call (and cached or not), from the cache, or from a joined generation. */
export type Origin = 'miss' | 'skip' | 'hit' | 'dedup';

interface Provenance {
  readonly origin: Origin;
  readonly mode: CacheMode;
  readonly digest: string;
  /** Epoch milliseconds; present for `hit`. */
  readonly cachedAt?: number;
}

function cacheHeaders(
  kind: Call['kind'],
  { origin, mode, digest, cachedAt }: Provenance,
): Record<string, string> {
  if (mode === 'none' || origin === 'skip') return {};
  const headers: Record<string, string> = {
    'cache-control': 'public, max-age=31536000, immutable',
    'x-cache': origin === 'miss' && mode === 'exact' ? 'MISS' : 'HIT',
    'x-cache-key': digest.slice(0, 16),
  };
  if (mode === 'paid-hit') return headers;
  if (origin === 'dedup') headers['x-cache-type'] = 'DEDUP';
  if (origin === 'hit' && kind === 'image') headers['x-cache-type'] = 'EXACT';
  if (origin === 'hit' && kind === 'text' && cachedAt !== undefined) {
    headers['x-cache-date'] = new Date(cachedAt).toISOString();
  }
  return headers;
}

/**
 * The 200 of a generation. In the mode `exact` a cached answer tells neither usage nor model in its headers; in
 * `paid-hit` every answer says HIT and tells both.
 */
export function resultAnswer(call: Call, { product, usage }: Generated, provenance: Provenance): Answer {
  const toldUsage = !product.streamed && !(provenance.mode === 'exact' && provenance.origin === 'hit');
  return {
    status: 200,
    headers: {
      'content-type': product.contentType,
      ...product.headers,
      ...(toldUsage ? { 'x-model-used': call.model.provider, ...usageHeaders(usage) } : {}),
      ...cacheHeaders(call.kind, provenance),
    },
    body: product.body,
  };
}
