import type { Message } from '../manifest/job.ts';
import { maximumCharge, type Rounding } from '../pollen/charge.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { WireRequest } from '../pollinations/dialects/dialect.ts';

/** A call whose bytes are known. */
export type PricedCall = {
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly request: WireRequest;
} & ({ readonly kind: 'text'; readonly messages: readonly Message[] } | { readonly kind: 'image' });

/** Most that a call can cost; `undefined` where no price or no bound is known. */
export function maximumOf(call: PricedCall, prices: PriceSnapshot, rounding: Rounding): bigint | undefined {
  const price = findPrice(prices, call.kind, call.model);
  if (price === undefined) return undefined;
  if (call.kind === 'image') return maximumCharge({ kind: 'image' }, price.rates, rounding);
  const maxTokens = call.params['max_tokens'];
  const { body, path } = call.request;
  return maximumCharge(
    {
      kind: 'text',
      // A token is never shorter than a byte.
      promptBytes: hasMedia(call.messages) ? undefined : Buffer.byteLength(body ?? path),
      maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
    },
    price.rates,
    rounding,
  );
}

// No byte count bounds the tokens of a picture.
function hasMedia(messages: readonly Message[]): boolean {
  return messages.some(
    ({ content }) =>
      Array.isArray(content) &&
      content.some(
        (part: unknown) =>
          typeof part === 'object' && part !== null && 'type' in part && part.type !== 'text',
      ),
  );
}
