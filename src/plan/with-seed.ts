import type { Dialect, WireRequest } from '../pollinations/dialects/dialect.ts';

interface SeededBody {
  readonly model: string;
  readonly messages: Parameters<Dialect['textRequest']>[0]['messages'];
  readonly seed?: number;
  readonly [param: string]: unknown;
}

/** The same request with another seed, where it has one. */
export function withSeed(dialect: Dialect, request: WireRequest, seed: number): WireRequest {
  if (request.body === undefined) {
    return { ...request, path: request.path.replace(/([?&]seed=)\d+/, `$1${seed}`) };
  }
  const { model, messages, seed: known, ...params } = JSON.parse(request.body) as SeededBody;
  return known === undefined ? request : dialect.textRequest({ model, params, messages, seed });
}
