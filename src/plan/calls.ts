import type { Job, JobItem } from '../manifest/job.ts';
import { formatAmount } from '../pollen/amount.ts';
import { maximumCharge, type Rounding } from '../pollen/charge.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { Dialect, WireRequest } from '../pollinations/dialects/dialect.ts';
import { sha256 } from './digest.ts';
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
  const calls = job.items.map((item, index) => {
    const request = (seed?: number): WireRequest => requestOf(item, context.dialect, seed);
    const seed = seedOf(scope, item, () => {
      const bytes = digestOf(context, request());
      return [bytes, String(occurrences.next(bytes))];
    });
    return planCall(item, index + 1, seed, request(seed), context);
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
  seed: number,
  request: WireRequest,
  context: CallContext,
): PlannedCall {
  const model = modelOf(item);
  const maximum = maximumOf(item, request, context.prices, context.dialect.rounding);
  const expect = expectationOf(item);
  return {
    number,
    id: item.id ?? String(number),
    kind: item.kind,
    model,
    seed,
    request,
    digest: digestOf(context, request),
    maximum: maximum === undefined ? null : formatAmount(maximum),
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

function digestOf(context: CallContext, request: WireRequest): string {
  const { method, path, body } = request;
  return sha256(JSON.stringify([context.apiId, context.dialect.name, method, path, body ?? null]));
}

function maximumOf(
  item: JobItem,
  request: WireRequest,
  prices: PriceSnapshot,
  rounding: Rounding,
): bigint | undefined {
  const price = findPrice(prices, item.kind, modelOf(item));
  if (price === undefined) return undefined;
  if (item.kind === 'image') return maximumCharge({ kind: 'image' }, price.rates, rounding);
  const maxTokens = item.params['max_tokens'];
  return maximumCharge(
    {
      kind: 'text',
      // A token is never shorter than a byte.
      promptBytes: hasMedia(item.messages) ? undefined : Buffer.byteLength(request.body ?? request.path),
      maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
    },
    price.rates,
    rounding,
  );
}

// No byte count bounds the tokens of a picture.
function hasMedia(messages: readonly { readonly content: unknown }[]): boolean {
  return messages.some(
    ({ content }) =>
      Array.isArray(content) &&
      content.some(
        (part: unknown) =>
          typeof part === 'object' && part !== null && 'type' in part && part.type !== 'text',
      ),
  );
}

function expectationOf(item: JobItem): PlannedCall['expect'] | undefined {
  if (item.kind === 'image') {
    const { width, height } = item.params;
    const size = {
      ...(typeof width === 'number' ? { width } : {}),
      ...(typeof height === 'number' ? { height } : {}),
    };
    return Object.keys(size).length > 0 ? size : undefined;
  }
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
