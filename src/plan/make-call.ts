import { isObject } from '../json.ts';
import type { Message } from '../manifest/job.ts';
import { formatAmount } from '../pollen/amount.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { DialectName, WireRequest } from '../pollinations/dialects/dialect.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import { requestDigest } from './digest.ts';
import { maximumOf } from './maximum.ts';

/** What a call is made of once nothing in it is left to be filled in. */
export type CallParts = {
  readonly model: string;
  /**
   * Parameters as a job has them: `model` and `seed` among them are passed over, and what is under `extra` is sent beside
   * the others.
   */
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed?: number;
} & (
  | {
      readonly kind: 'text';
      readonly messages: readonly Message[];
      /** URLs, `attachment:<sha256>` among them: put after the text of the last user message. */
      readonly images?: readonly string[];
    }
  | { readonly kind: 'image'; readonly prompt: string }
);

/** A call that can be sent, named and priced. */
export interface MadeCall {
  readonly request: WireRequest;
  /** sha256 over the API and the request. */
  readonly digest: string;
  /** Most that the call can cost, decimal Pollen; `null` when no bound is known. */
  readonly maximum: string | null;
}

/**
 * Makes a call from its final parts: the one way to its bytes, whether they are known with the plan or not before an
 * earlier step has answered. Pure: equal parts give equal bytes.
 */
export function makeCall(
  parts: CallParts,
  api: { readonly id: string; readonly dialect: DialectName },
  prices: PriceSnapshot,
): MadeCall {
  const request = makeRequest(parts, api.dialect);
  const whole = parts.kind === 'text' ? { ...parts, messages: messagesOf(parts) } : parts;
  const maximum = maximumOf({ ...whole, request }, prices, dialects[api.dialect].rounding);
  return {
    request,
    digest: requestDigest(api, request),
    maximum: maximum === undefined ? null : formatAmount(maximum),
  };
}

/** The bytes of a call. */
export function makeRequest(parts: CallParts, dialect: DialectName): WireRequest {
  const { model, seed } = parts;
  const common = { model, params: sentParams(parts.params), ...(seed === undefined ? {} : { seed }) };
  return parts.kind === 'image'
    ? dialects[dialect].imageRequest({ ...common, prompt: parts.prompt })
    : dialects[dialect].textRequest({ ...common, messages: messagesOf(parts) });
}

/** How a request names bytes that are put into it when it is sent. */
export function attachmentUrl(sha256: string): string {
  return `attachment:${sha256}`;
}

// Pictures stand behind the text of the last user message, where the providers' own examples have them.
function messagesOf({
  messages,
  images: urls = [],
}: Extract<CallParts, { kind: 'text' }>): readonly Message[] {
  if (urls.length === 0) return messages;
  const images = urls.map((url) => ({ type: 'image_url', image_url: { url } }));
  const last = messages.findLastIndex(({ role }) => role === 'user');
  if (last < 0) return [...messages, { role: 'user', content: images }];
  return messages.map((message, position) => {
    if (position !== last) return message;
    const { content } = message;
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    return { ...message, content: [...parts, ...images] };
  });
}

function sentParams({
  model: _model,
  seed: _seed,
  extra,
  ...params
}: CallParts['params']): CallParts['params'] {
  return isObject(extra) ? { ...extra, ...params } : params;
}
