import type { Message } from '../manifest/job.ts';
import { formatAmount } from '../pollen/amount.ts';
import { maximumCharge, type Rounding } from '../pollen/charge.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { WireRequest } from '../pollinations/dialects/dialect.ts';

/** A call whose bytes are known. */
export type PricedCall = {
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly request: WireRequest;
} & ({ readonly kind: 'text'; readonly messages: readonly Message[] } | { readonly kind: 'image' });

/** What bounds the price of a call besides its model. */
export type CallUse =
  | { readonly kind: 'image' }
  | {
      readonly kind: 'text';
      /** Bytes that are sent; `undefined` when no number of them bounds the tokens. */
      readonly promptBytes: number | undefined;
      readonly maxTokens: number | undefined;
    };

/** Most that a call can cost; `undefined` where no price or no bound is known. */
export function maximumOf(call: PricedCall, prices: PriceSnapshot, rounding: Rounding): bigint | undefined {
  return maximumOfUse(call.model, useOf(call), prices, rounding);
}

/** The same of a request alone, as decimal Pollen; `null` where no price or no bound is known. */
export function maximumOfRequest(
  { kind, model }: Pick<PricedCall, 'kind' | 'model'>,
  request: WireRequest,
  prices: PriceSnapshot,
  rounding: Rounding,
): string | null {
  const { messages, params } = partsOfRequest(request);
  const most = maximumOf({ kind, model, params, messages, request }, prices, rounding);
  return most === undefined ? null : formatAmount(most);
}

/** What a request's body says; nothing where it has none. */
export function partsOfRequest({ body = '{}' }: WireRequest): {
  readonly messages: readonly Message[];
  readonly params: Readonly<Record<string, unknown>>;
} {
  const { messages = [], ...params } = JSON.parse(body) as { readonly messages?: readonly Message[] };
  return { messages, params };
}

/** The same, by what is known of a call before its bytes are. */
export function maximumOfUse(
  model: string,
  use: CallUse,
  prices: PriceSnapshot,
  rounding: Rounding,
): bigint | undefined {
  const price = findPrice(prices, use.kind, model);
  return price === undefined ? undefined : maximumCharge(use, price.rates, rounding);
}

/** Most tokens that a call lets an answer have, reasoning included; `undefined` where it sets no limit. */
export function maxTokensOf(params: Readonly<Record<string, unknown>>): number | undefined {
  const { max_tokens: maxTokens } = params;
  return typeof maxTokens === 'number' ? maxTokens : undefined;
}

function useOf(call: PricedCall): CallUse {
  if (call.kind === 'image') return { kind: 'image' };
  const { body, path } = call.request;
  return {
    kind: 'text',
    // A token is never shorter than a byte.
    promptBytes: hasMedia(call.messages) ? undefined : Buffer.byteLength(body ?? path),
    maxTokens: maxTokensOf(call.params),
  };
}

// No byte count bounds the tokens of a picture.
export function hasMedia(messages: readonly Message[]): boolean {
  return messages.some(
    ({ content }) =>
      Array.isArray(content) &&
      content.some(
        (part: unknown) =>
          typeof part === 'object' && part !== null && 'type' in part && part.type !== 'text',
      ),
  );
}
