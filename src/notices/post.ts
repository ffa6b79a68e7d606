import { createSend, type Send, type SentAnswer } from '../pollinations/send.ts';
import { retryAfterOf } from '../pollinations/retry-after.ts';
import type { ProxySettings } from '../proxy/proxy.ts';
import { privateAddress, refusalOf, type Refusal } from './policy.ts';
import { createPublicLookup, PrivateAddressError, type LookUpAll } from './public-lookup.ts';
import type { NoticeSettings } from './settings.ts';
import { signedHeaders } from './sign.ts';

/** What is to be told to a receiver. */
export interface Letter {
  readonly url: string;
  /** The same each time it is sent. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

/** What became of one try. */
export type Posted =
  /** Told: the receiver has said so, or that it wants to hear no more (410). */
  | { readonly kind: 'taken'; readonly status: number }
  /** May be told later. */
  | {
      readonly kind: 'missed';
      /** `503`, `ECONNREFUSED`, `timeout`: nothing in the receiver's own words. */
      readonly why: string;
      /** Milliseconds that it asks to wait. */
      readonly retryAfter?: number;
    }
  /** The operator's settings forbid it. */
  | ({ readonly kind: 'refused' } & Refusal);

/** Tells a receiver something, once. */
export type Post = (letter: Letter) => Promise<Posted>;

export interface PostOptions {
  readonly settings: NoticeSettings;
  /** Proxies on the way. One that is used resolves the names, and so has to keep private networks to itself. @default none */
  readonly proxy?: ProxySettings;
  /** Milliseconds for a whole answer. @default 15,000 */
  readonly deadlineMs?: number;
  /** Resolves names. @default the system's way */
  readonly lookUp?: LookUpAll;
}

const DEADLINE_MS = 15_000;
const GONE = 410;

/** Makes what sends notices: signed, within the operator's settings, following no redirect. */
export function createPost({ settings, proxy, deadlineMs = DEADLINE_MS, lookUp }: PostOptions): Post {
  const send: Send = createSend(proxy, settings.allowPrivate ? undefined : createPublicLookup(lookUp));
  return async ({ url, id, body }) => {
    const refusal = refusalOf(url, settings);
    if (refusal !== undefined) return { kind: 'refused', ...refusal };
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'pollen-batch',
      ...signedHeaders(settings.secrets, id, Date.now(), body),
    };
    const answered = new AbortController();
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), answered.signal]);
      return judge(await send(new URL(url), { method: 'POST', headers, body, signal }));
    } catch (error) {
      if (causes(error).some((cause) => cause instanceof PrivateAddressError)) {
        return { kind: 'refused', ...privateAddress(new URL(url).host) };
      }
      return { kind: 'missed', why: codeOf(error) };
    } finally {
      // What it has to say beyond the status is nothing to us, and may have no end.
      answered.abort();
    }
  };
}

function judge({ status, headers }: SentAnswer): Posted {
  if ((status >= 200 && status < 300) || status === GONE) return { kind: 'taken', status };
  const retryAfter = retryAfterOf(headers, undefined);
  return { kind: 'missed', why: String(status), ...(retryAfter === undefined ? {} : { retryAfter }) };
}

// Messages of errors may quote the address, which may hold what nobody else shall know.
function codeOf(error: unknown): string {
  for (const cause of causes(error)) {
    if (cause.name === 'TimeoutError') return 'timeout';
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return 'no answer';
}

function causes(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  const nested = error instanceof AggregateError ? error.errors.flatMap(causes) : [];
  return [error, ...causes(error.cause), ...nested];
}
