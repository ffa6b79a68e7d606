import { bodyFault, networkFault } from './network-fault.ts';
import type { FaultCode } from './verdicts.ts';

/** One HTTP exchange: a response with as much of its body as arrived, or the fault before it. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Headers;
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
  readonly fetch: typeof fetch;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole exchange, body included. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** Most bytes of a body, after decompression, by the status of the response. */
  readonly limit: (status: number) => number;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Sends one request and reads its answer under a total deadline and a cap on the decoded body. Redirects are not
 * followed. Never throws: whatever goes wrong is part of the result.
 */
export async function exchange(input: ExchangeInput): Promise<Exchange> {
  const { signal, deadlineMs } = input;
  if (signal?.aborted === true) {
    return { kind: 'failed', code: 'aborted', message: 'stopped before it was sent', lost: false };
  }
  const controller = new AbortController();
  let stopped: ExchangeFault | undefined;
  const stop = (code: 'deadline' | 'aborted', message: string): void => {
    stopped ??= { code, message, lost: true };
    controller.abort();
  };
  const onAbort = (): void => stop('aborted', 'stopped while the answer was awaited');
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => stop('deadline', `no whole answer within ${deadlineMs} ms`), deadlineMs);
  try {
    const response = await send(input, controller.signal);
    const { status, headers } = response;
    const read = await readBody(response, input.limit(status));
    // A body that was whole before the deadline struck is an answer.
    const broken = read.broken && (stopped ?? read.broken);
    return { kind: 'response', status, headers, body: read.body, ...(broken && { broken }) };
  } catch (error) {
    return { kind: 'failed', ...(stopped ?? networkFault(error)) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function send(input: ExchangeInput, signal: AbortSignal): Promise<Response> {
  const { method, headers, body } = input;
  return input.fetch(input.url, {
    method,
    headers,
    // A redirect would take the key, or the prompt, to a place nobody named.
    redirect: 'manual',
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

async function readBody(
  response: Response,
  limit: number,
): Promise<{ readonly body: Uint8Array; readonly broken?: ExchangeFault }> {
  const tooLarge: ExchangeFault = {
    code: 'answer-too-large',
    message: `the answer is larger than ${limit} bytes`,
    lost: true,
  };
  if (response.body === null) return { body: NO_BYTES };
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    if (Number(response.headers.get('content-length') ?? 0) > limit) {
      dropRest(reader);
      return { body: NO_BYTES, broken: tooLarge };
    }
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength;
      if (bytes > limit) {
        dropRest(reader);
        return { body: join(chunks, bytes - part.value.byteLength), broken: tooLarge };
      }
      chunks.push(part.value);
    }
  } catch (error) {
    return { body: join(chunks, bytes), broken: bodyFault(error) };
  }
  return { body: join(chunks, bytes), ...shortfall(response.headers, bytes) };
}

/** Closes the connection without waiting for it; the rest of the body is nothing anybody needs. */
function dropRest(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => undefined);
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes);
}

/** Compares with the promised length; a compressed body has another, and its end is checked by the decompressor. */
function shortfall(headers: Headers, bytes: number): { readonly broken?: ExchangeFault } {
  const promised = headers.get('content-length');
  if (promised === null || headers.has('content-encoding') || Number(promised) === bytes) return {};
  return {
    broken: { code: 'truncated', message: `the answer has ${bytes} of ${promised} bytes`, lost: true },
  };
}
