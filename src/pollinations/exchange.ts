import type { ByteBudget } from '../byte-budget.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import { decoded } from './decoded.ts';
import { bodyFault, networkFault } from './network-fault.ts';
import type { Send, SentAnswer } from './send.ts';
import type { FaultCode } from './verdicts.ts';

/** One HTTP exchange: a response with as much of its body as arrived, or the fault before it. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly body: Uint8Array;
      /** Why the body is not whole; absent when it is. */
      readonly broken?: ExchangeFault;
    }
  | ({ readonly kind: 'failed' } & ExchangeFault);

interface ExchangeFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly lost: boolean;
}

export interface ExchangeInput {
  readonly send: Send;
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole exchange, body included. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** Most bytes of a body, after decompression, by the status of the response and by its first KiB once that is there. */
  readonly limit: (status: number, start?: Uint8Array) => number;
  /** What bodies of more than 8 MiB may take at once, all together. @default no bound */
  readonly large?: ByteBudget;
}

const NO_BYTES = new Uint8Array(0);

// Images do not shrink, and texts are small: without compression their length can be checked.
const HEADERS = { 'user-agent': 'pollen-batch', 'accept-encoding': 'identity' };

/** Enough to tell what a body is. */
const START_BYTES = 1024;

/** Bodies up to this size need not wait for room. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** A body may unpack to this whatever it is made of, and beyond it to so many times what has come: more is a trap. */
const UNPACKED_BYTES = 1024 * 1024;
const MOST_UNPACKED = 20;

/** Statuses that have no body, whatever their headers say of one. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/**
 * Sends one request and reads its answer under a total deadline and a cap on the decoded body. Redirects are not
 * followed. Never throws: whatever goes wrong is part of the result.
 */
export async function exchange(input: ExchangeInput): Promise<Exchange> {
  const { send, url, method, headers, body, signal, deadlineMs, limit, large } = input;
  if (signal?.aborted === true) {
    return { kind: 'failed', code: 'aborted', message: 'stopped before it was sent', lost: false };
  }
  const call = new AbortController();
  let stopped: ExchangeFault | undefined;
  const stop = (code: 'deadline' | 'aborted', message: string): void => {
    stopped ??= { code, message, lost: true };
    call.abort();
  };
  const onAbort = (): void => stop('aborted', 'stopped while the answer was awaited');
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => stop('deadline', `no whole answer within ${deadlineMs} ms`), deadlineMs);
  try {
    const answer = await send(url, {
      method,
      headers: { ...HEADERS, ...headers },
      signal: call.signal,
      ...(body !== undefined && { body }),
    });
    const most = limit(answer.status);
    const room = () => large?.take(most, call.signal);
    const read = await readBody(answer, (start) => limit(answer.status, start), room);
    // A body that was whole before the deadline struck is an answer.
    const broken = read.broken && (stopped ?? read.broken);
    // Closes the connection; the rest of the body is nothing anybody needs.
    if (broken) call.abort();
    return {
      kind: 'response',
      status: answer.status,
      headers: answer.headers,
      body: read.body,
      ...(broken && { broken }),
    };
  } catch (error) {
    return { kind: 'failed', ...(stopped ?? networkFault(error)) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function readBody(
  { status, headers, body }: SentAnswer,
  limitOf: (start?: Uint8Array) => number,
  room: () => Promise<() => void> | undefined,
): Promise<{ readonly body: Uint8Array; readonly broken?: ExchangeFault }> {
  let limit = limitOf();
  const tooLarge = (): ExchangeFault => ({
    code: 'answer-too-large',
    message: `the answer is larger than ${limit} bytes`,
    lost: true,
  });
  if (BODILESS.has(status)) return { body: NO_BYTES };
  if (Number(headers.get('content-length') ?? 0) > limit) return { body: NO_BYTES, broken: tooLarge() };
  const chunks: Uint8Array[] = [];
  let received = 0;
  let bytes = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of body) {
      received += chunk.byteLength;
      yield chunk;
    }
  }
  let release: (() => void) | undefined;
  const encoding = headers.get('content-encoding');
  try {
    for await (const chunk of decoded(encoding === null ? body : counted(), encoding)) {
      const most = encoding === null ? limit : Math.min(limit, UNPACKED_BYTES + MOST_UNPACKED * received);
      if (bytes + chunk.byteLength > most) return { body: join(chunks, bytes), broken: tooLarge() };
      bytes += chunk.byteLength;
      if (bytes >= START_BYTES && bytes - chunk.byteLength < START_BYTES)
        limit = limitOf(join([...chunks, chunk], bytes));
      if (bytes > SMALL_BYTES) release ??= await room();
      chunks.push(chunk);
    }
  } catch (error) {
    return { body: join(chunks, bytes), broken: bodyFault(error) };
  } finally {
    release?.();
  }
  return { body: join(chunks, bytes), ...shortfall(headers, bytes) };
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes);
}

/** Compares with the promised length; a compressed body has another, and its end is checked by the decompressor. */
function shortfall(headers: AnswerHeaders, bytes: number): { readonly broken?: ExchangeFault } {
  const promised = headers.get('content-length');
  if (promised === null || headers.has('content-encoding') || Number(promised) === bytes) return {};
  return {
    broken: { code: 'truncated', message: `the answer has ${bytes} of ${promised} bytes`, lost: true },
  };
}
