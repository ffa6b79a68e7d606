import { chargeOf, type Rounding } from '../pollen/charge.ts';
import type { ModelPrice } from '../pollen/prices.ts';
import { USAGE_TYPES, type Usage } from '../pollen/usage.ts';
import type { PlannedCall, PlannedStep } from './plan.ts';

/** What past answers of a model came to, added up. */
export interface Measured {
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** Answers that told their usage. */
  readonly answers: number;
  /** Of all of them together. */
  readonly usage: Usage;
  /** Calls that were timed: those that no cache answered. */
  readonly timed: number;
  /** Milliseconds of all of them together. */
  readonly latencyMs: number;
}

/** What a call is taken to cost, as far as anything tells. */
export interface LikelyCharge {
  readonly atLeast: bigint;
  /** `undefined` when neither past runs nor a bound tell. */
  readonly likely: bigint | undefined;
}

/** UTF-8 bytes of a prompt that are taken for a token. Right within a third for prose; no tokenizer is every model's. */
const BYTES_PER_TOKEN = 4;
/** The same for a lower bound: vocabularies have few tokens that are longer, and no prompt is made of these alone. */
const MOST_BYTES_PER_TOKEN = 16;
/** Of `max_tokens` an answer is taken to use one part in so many, where no past run tells. */
const ANSWER_SHARE = 2;

/**
 * Tells what calls of a model are taken to cost.
 *
 * @param price - `undefined` where none is known
 * @param past - what earlier runs have measured of the model
 */
export function createLikelyCharge(
  price: ModelPrice | undefined,
  past: Measured | undefined,
  rounding: Rounding,
): (call: PlannedCall | PlannedStep) => LikelyCharge {
  if (price === undefined) return () => ({ atLeast: 0n, likely: undefined });
  if (Object.keys(price.rates).length === 0) return () => ({ atLeast: 0n, likely: 0n });
  const charge = (usage: Usage): bigint => chargeOf(usage, price.rates, rounding);
  const mean = meanUsage(past);
  const measured = mean === undefined ? undefined : charge(mean);
  // Rows of a job differ little in length, and exact arithmetic takes its time.
  const known = new Map<string, bigint>();
  const textCharge = (promptTextTokens: number, completionTextTokens: number): bigint => {
    const name = `${promptTextTokens} ${completionTextTokens}`;
    const amount = known.get(name) ?? charge({ promptTextTokens, completionTextTokens });
    known.set(name, amount);
    return amount;
  };
  return (call) => {
    if (call.kind === 'image') return { atLeast: 0n, likely: measured };
    const { bytes, hasMedia, maxTokens } = promptOf(call);
    const prompt = Math.ceil(bytes / BYTES_PER_TOKEN);
    const isOpen = maxTokens === undefined || hasMedia;
    return {
      atLeast: textCharge(Math.ceil(bytes / MOST_BYTES_PER_TOKEN), 1),
      likely: measured ?? (isOpen ? undefined : textCharge(prompt, Math.ceil(maxTokens / ANSWER_SHARE))),
    };
  };
}

function meanUsage(past: Measured | undefined): Usage | undefined {
  if (past === undefined || past.answers === 0) return undefined;
  return Object.fromEntries(
    USAGE_TYPES.flatMap((type) => {
      const units = past.usage[type];
      return units === undefined ? [] : [[type, Number((units / past.answers).toFixed(6))]];
    }),
  );
}

interface Prompt {
  readonly bytes: number;
  readonly hasMedia: boolean;
  readonly maxTokens: number | undefined;
}

// A deferred step's prompt is known but for what earlier steps answer.
function promptOf(call: PlannedCall | PlannedStep): Prompt {
  const { messages = [], max_tokens: maxTokens } =
    'deferred' in call
      ? { messages: call.deferred.messages ?? [], ...call.deferred.params }
      : (JSON.parse(call.request.body ?? '{}') as Partial<Record<string, unknown>>);
  let bytes = 0;
  let hasMedia = 'deferred' in call && (call.deferred.images ?? []).length > 0;
  for (const { content } of messages as readonly { readonly content?: unknown }[]) {
    if (typeof content === 'string') bytes += Buffer.byteLength(content);
    if (!Array.isArray(content)) continue;
    for (const part of content as readonly Readonly<Record<string, unknown>>[]) {
      if (typeof part['text'] === 'string') bytes += Buffer.byteLength(part['text']);
      else hasMedia = true;
    }
  }
  return { bytes, hasMedia, maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined };
}
