import { createByteBudget } from '../byte-budget.ts';
import type { CacheStatus } from '../pollen/settle.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import { type Attachments, withAttachments } from './attachments.ts';
import { normaliseBase } from './base-url.ts';
import { classify } from './classify.ts';
import type { WireRequest } from './dialects/dialect.ts';
import { isGeneration } from './dialects/is-generation.ts';
import { readErrorBody } from './error-body.ts';
import { exchange } from './exchange.ts';
import { faultMessage } from './fault-message.ts';
import { type ImageExpectation, readImageAnswer, type Size } from './image-answer.ts';
import { formatOf } from './image-format.ts';
import type { Fault, Outcome } from './outcome.ts';
import type { Reading } from './reading.ts';
import { requestHeaders } from './request-headers.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Secret } from './secret.ts';
import { createSend, type Send } from './send.ts';
import { readTextAnswer } from './text-answer.ts';

export interface ApiClientOptions {
  /** Base URL of the API; the key is sent to this origin and no other. */
  readonly base: string;
  /** Absent for anonymous calls, which only free models answer. */
  readonly key?: Secret;
  /** @default one with connections of its own, by no proxy */
  readonly send?: Send;
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: () => number;
}

export interface AttemptInput {
  readonly kind: 'text' | 'image';
  readonly request: WireRequest;
  /** Our id of the attempt; sent as `X-Request-Id`, which the API echoes and logs. */
  readonly requestId: string;
  /** Milliseconds for the whole attempt, from the first byte sent to the last received. */
  readonly deadlineMs: number;
  /** Gives the call up; an answer on its way is then lost. */
  readonly signal?: AbortSignal;
  /** What an image must be. */
  readonly expect?: ImageExpectation;
  /** Every attachment that the request's body names. */
  readonly attachments?: Attachments;
}

export interface ApiClient {
  /** Makes one attempt and says how it ended; never throws and never retries. */
  attempt(input: AttemptInput): Promise<Outcome>;
}

const MAXIMUM_BYTES = { text: 8 * 1024 * 1024, image: 64 * 1024 * 1024 };
const MAXIMUM_ERROR_BYTES = 256 * 1024;
/** Of all answers that are large, so that many at once do not take the memory of the worker: four images of the most bytes. */
const LARGE_BYTES = 256 * 1024 * 1024;

/** One word: anything else is no type, could be an echo of what was sent, and has no room beside each answer. */
const CACHE_TYPE = /^[a-z]{1,20}$/i;

/**
 * Makes a client for one base URL and one key.
 *
 * @throws PollenBatchError `config-invalid` when the base is no plain http(s) URL.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { key, send = createSend(), now = () => performance.now() } = options;
  const base = normaliseBase(options.base);
  const large = createByteBudget(LARGE_BYTES);
  return {
    async attempt(input) {
      const { kind, request, expect = {} } = input;
      const started = now();
      const fault = (details: Omit<Fault, 'latencyMs'>): Outcome => ({
        kind: 'fault',
        fault: { ...details, message: faultMessage(details.message, key), latencyMs: now() - started },
      });

      const url = urlAsWritten(base, request.path);
      if (url === undefined) {
        return fault({ code: 'request-unsafe', message: 'the URL would be rewritten', lost: false });
      }
      if (!isGeneration(kind, request)) {
        return fault({ code: 'request-unsafe', message: 'it is no generation call', lost: false });
      }
      const result = await exchange({
        send,
        url,
        method: request.method,
        headers: requestHeaders(kind, request, input.requestId, key),
        ...(request.body !== undefined && { body: bodyOf(request.body, input.attachments) }),
        deadlineMs: input.deadlineMs,
        ...(input.signal && { signal: input.signal }),
        large,
        limit: (status, start) => {
          // Of what is no picture no more is needed than of an error.
          const isNone = kind === 'image' && start !== undefined && formatOf(start) === undefined;
          return status === 200 && !isNone ? MAXIMUM_BYTES[kind] : MAXIMUM_ERROR_BYTES;
        },
      });
      if (result.kind === 'failed') {
        return fault({ code: result.code, message: result.message, lost: result.lost });
      }

      const { status, headers, body } = result;
      const cache = cacheStatusOf(headers);
      const requestId = headers.get('x-request-id');
      // What an answer says beside its content is kept in records: it may repeat what it was sent.
      const told = (text: string): string => faultMessage(text, key);
      const common = { cache, ...(requestId !== null && { requestId: told(requestId) }) };
      if (status !== 200) return fault({ ...faultOf(status, headers, body), ...common });
      if (result.broken) return fault({ ...result.broken, status, ...common });
      const reading: Reading =
        kind === 'text'
          ? readTextAnswer(body, headers)
          : readImageAnswer(
              body,
              headers,
              { asked: askedSize(request.path), expect },
              cache.status === 'hit',
            );
      if (reading.ok) {
        const { modelUsed, finishReason, ...answer } = reading.answer;
        return {
          kind: 'answered',
          ...answer,
          ...(modelUsed !== undefined && { modelUsed: told(modelUsed) }),
          ...(finishReason !== undefined && { finishReason: told(finishReason) }),
          ...common,
          latencyMs: now() - started,
        };
      }
      const { ok: _ok, ...wrong } = reading;
      return fault({ ...wrong, status, ...common });
    },
  };
}

function bodyOf(body: string, attachments: Attachments | undefined): string {
  return attachments === undefined ? body : withAttachments(body, attachments);
}

/** Pixels that an image call asks for; absent means the API's default, which is far above the least accepted. */
function askedSize(path: string): Partial<Size> {
  const query = new URLSearchParams(path.slice(path.indexOf('?') + 1));
  const side = (name: string): number | undefined => Number(query.get(name)) || undefined;
  const [width, height] = [side('width'), side('height')];
  return { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
}

/**
 * The URL, unless the parser would rewrite it, or a path that is none would end the host: dot segments, `@evil.example` and
 * `.evil.example` would send the key elsewhere. The plan that holds it lies in a bucket that others may write to.
 */
function urlAsWritten(base: string, path: string): URL | undefined {
  const text = base + path;
  if (!path.startsWith('/') || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.href === text ? url : undefined;
}

function faultOf(status: number, headers: AnswerHeaders, body: Uint8Array): Omit<Fault, 'latencyMs'> {
  const error = readErrorBody(Buffer.from(body).toString('utf8'));
  const retryAfterMs = retryAfterOf(headers, error.retryAfterSeconds);
  const location = headers.get('location');
  const message = status >= 300 && status < 400 ? `redirect to ${location ?? 'nowhere'}` : error.message;
  return {
    ...classify(status, error),
    status,
    message: `${status} ${message}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function cacheStatusOf(headers: AnswerHeaders): CacheStatus {
  const cache = headers.get('x-cache') ?? '';
  const type = CACHE_TYPE.exec(headers.get('x-cache-type') ?? '')?.[0];
  const status = /\bhit\b/i.test(cache) ? 'hit' : /\bmiss\b/i.test(cache) ? 'miss' : 'absent';
  return { status, ...(type !== undefined && { type: type.toUpperCase() }) };
}
