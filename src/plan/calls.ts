import type { Job, JobItem } from '../manifest/job.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { Dialect, WireRequest } from '../pollinations/dialects/dialect.ts';
import { requestDigest } from './digest.ts';
import { maximumOf } from './maximum.ts';
import type { PlannedCall } from './plan.ts';
import { stableSeed } from './seed.ts';

export interface CallContext {
  readonly dialect: Dialect;
  /** Id of the API, part of every digest. */
  readonly apiId: string;
  readonly prices: PriceSnapshot;
  /** Whether another run of the job may have sent the same bytes before. */
  readonly mayRepeat: boolean;
  /** What seeds are drawn from besides job and item; absent where every run of the job has the same. */
  readonly seedScope?: string;
}

/** Turns a job's items into the calls they stand for, in the job's order, each with its bytes, digest and highest price. */
export function planCalls(job: Job, context: CallContext): readonly PlannedCall[] {
  const occurrences = createCounter();
  const scope = context.seedScope === undefined ? [job.name] : [job.name, context.seedScope];
  const digestOf = (request: WireRequest): string =>
    requestDigest({ id: context.apiId, dialect: context.dialect.name }, request);
  const calls = job.items.map((item, index) => {
    const request = (seed?: number): WireRequest => requestOf(item, context.dialect, seed);
    const seed = seedOf(scope, item, () => {
      const bytes = digestOf(request());
      return [bytes, String(occurrences.next(bytes))];
    });
    const bytes = request(seed);
    return planCall(item, index + 1, { seed, request: bytes, digest: digestOf(bytes) }, context);
  });
  const byDigest = createCounter();
  for (const { digest } of calls) byDigest.next(digest);
  return calls.map((call, index) => {
    const isPinned = job.items[index]?.params['seed'] !== undefined;
    const isShared = context.mayRepeat || isPinned || byDigest.count(call.digest) > 1;
    return isShared ? { ...call, shared: true as const } : call;
  });
}

function planCall(
  item: JobItem,
  number: number,
  fixed: { readonly seed: number; readonly request: WireRequest; readonly digest: string },
  context: CallContext,
): PlannedCall {
  const model = modelOf(item);
  const expect = expectationOf(item);
  return {
    number,
    id: item.id ?? String(number),
    kind: item.kind,
    model,
    ...fixed,
    maximum: maximumOf(
      { kind: item.kind, model, request: fixed.request },
      context.prices,
      context.dialect.rounding,
    ),
    ...(expect === undefined ? {} : { expect }),
  };
}

/** The model of an item; the manifest always sets one. */
export function modelOf(item: JobItem): string {
  return String(item.params['model']);
}

function requestOf(item: JobItem, dialect: Dialect, seed: number | undefined): WireRequest {
  const { model: _model, seed: _seed, ...params } = item.params;
  const common = { model: modelOf(item), params, ...(seed === undefined ? {} : { seed }) };
  return item.kind === 'text'
    ? dialect.textRequest({ ...common, messages: item.messages })
    : dialect.imageRequest({ ...common, prompt: item.prompt });
}

// Without an id the seed follows the request itself, so that inserting a row moves no other row's seed.
function seedOf(scope: readonly string[], item: JobItem, anonymous: () => readonly string[]): number {
  const pinned = item.params['seed'];
  if (typeof pinned === 'number') return pinned;
  return item.id === undefined ? stableSeed(...scope, ...anonymous()) : stableSeed(...scope, item.id);
}

function expectationOf(item: JobItem): PlannedCall['expect'] | undefined {
  if (item.kind === 'image') return undefined;
  const format = item.params['response_format'];
  const type = typeof format === 'object' && format !== null && 'type' in format ? format.type : undefined;
  return type === 'json_object' || type === 'json_schema' ? { json: true } : undefined;
}

function createCounter(): { next(key: string): number; count(key: string): number } {
  const counts = new Map<string, number>();
  const count = (key: string): number => counts.get(key) ?? 0;
  return {
    count,
    next(key) {
      counts.set(key, count(key) + 1);
      return count(key);
    },
  };
}
