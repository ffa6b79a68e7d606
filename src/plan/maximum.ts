import { formatAmount } from '../pollen/amount.ts';
import { maximumCharge, type Rounding } from '../pollen/charge.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { WireRequest } from '../pollinations/dialects/dialect.ts';

/** The most that a request can cost, decimal Pollen; `null` when no bound is known. */
export function maximumOf(
  { kind, model, request }: { readonly kind: 'text' | 'image'; readonly model: string; readonly request: WireRequest },
  prices: PriceSnapshot,
  rounding: Rounding,
): string | null {
  const price = findPrice(prices, kind, model);
  if (price === undefined) return null;
  const most = maximumCharge(kind === 'image' ? { kind } : textUse(request), price.rates, rounding);
  return most === undefined ? null : formatAmount(most);
}

function textUse({ body = '{}', path }: WireRequest) {
  const { max_tokens: maxTokens, messages } = JSON.parse(body) as {
    readonly max_tokens?: unknown;
    readonly messages?: readonly { readonly content?: unknown }[];
  };
  return {
    kind: 'text' as const,
    // A token is never shorter than a byte.
    promptBytes: hasMedia(messages ?? []) ? undefined : Buffer.byteLength(body === '{}' ? path : body),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
  };
}

// No byte count bounds the tokens of a picture.
function hasMedia(messages: readonly { readonly content?: unknown }[]): boolean {
  return messages.some(
    ({ content }) =>
      Array.isArray(content) &&
      content.some(
        (part: unknown) =>
          typeof part === 'object' && part !== null && 'type' in part && part.type !== 'text',
      ),
  );
}
