import type { LookupFunction } from 'node:net';

import type { Dispatcher } from 'undici';

import { createDispatchers } from '../proxy/dispatchers.ts';
import type { ProxySettings } from '../proxy/proxy.ts';
import { type AnswerHeaders, answerHeaders } from './answer-headers.ts';

export interface SendRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the call whenever it comes; what of the body was not read is dropped, and its connection closed. */
  readonly signal: AbortSignal;
}

export interface SentAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The bytes as they come, compressed where `content-encoding` says so. Breaks off with an error. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends one request, once: follows no redirect, retries nothing, and knows no time limit but that of making a connection.
 * Fails where no head of an answer comes.
 */
export type Send = (url: URL, request: SendRequest) => Promise<SentAnswer>;

/**
 * Makes a `Send` with connections of its own, which are kept for the next calls.
 *
 * @param lookup - resolves the names of hosts that no proxy is on the way to. @default the system's way
 */
export function createSend(proxy?: ProxySettings, lookup?: LookupFunction): Send {
  let loading: Promise<(origin: string) => Dispatcher> | undefined;
  return async ({ origin, pathname, search }, { method, headers, body = null, signal }) => {
    loading ??= createDispatchers(proxy, lookup);
    const dispatcherFor = await loading;
    const answer = await dispatcherFor(origin).request({
      origin,
      path: pathname + search,
      method,
      headers,
      body,
      signal,
    });
    return { status: answer.statusCode, headers: answerHeaders(answer.headers), body: answer.body };
  };
}
