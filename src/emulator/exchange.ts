import { randomUUID } from 'node:crypto';

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

import { digestOf } from './cache.ts';
import type { Caller } from './keys.ts';
import type { State } from './state.ts';

export type EmulatorContext = Context<{ Bindings: HttpBindings }>;

/** One request as it arrived. */
export interface Exchange {
  readonly sequence: number;
  readonly startedAt: Date;
  readonly method: string;
  /** The path with its percent-encoding as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query for the journal: a key in the query is blotted out. */
  readonly target: string;
  readonly body: string;
  readonly digest: string;
  /** The caller's own id where it is fit to be echoed, else a new one. */
  readonly requestId: string;
  readonly address: string;
  readonly caller: Caller;
  readonly inFlight: number;
}

function keyOf(context: EmulatorContext, query: URLSearchParams): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  return bearer ?? context.req.header('x-api-key') ?? query.get('key') ?? undefined;
}

/** A query without the key, however the name of its parameter is escaped. */
function withoutKey(query: string): string {
  const parts = query.split('&');
  return parts
    .map((part) => (new URLSearchParams(part).has('key') ? part.replace(/=.*$/s, '=redacted') : part))
    .join('&');
}

/** Reads a request to its end. */
export async function readExchange(
  context: EmulatorContext,
  state: State,
  inFlight: number,
): Promise<Exchange> {
  const sequence = state.nextSequence();
  const startedAt = new Date();
  const { incoming } = context.env;
  const target = incoming.url ?? '/';
  const questionMark = target.indexOf('?');
  const path = questionMark === -1 ? target : target.slice(0, questionMark);
  const query = new URLSearchParams(questionMark === -1 ? '' : target.slice(questionMark));
  const { method } = context.req;
  const body = method === 'GET' || method === 'HEAD' ? '' : await context.req.text();
  const givenId = context.req.header('x-request-id') ?? '';
  return {
    sequence,
    startedAt,
    method,
    path,
    query,
    target: questionMark === -1 ? target : `${path}?${withoutKey(target.slice(questionMark + 1))}`,
    body,
    digest: digestOf(method, path, query, body),
    requestId: /^[\w\-=]{1,255}$/.test(givenId) ? givenId : randomUUID(),
    address: incoming.socket.remoteAddress ?? '',
    caller: state.keys.identify(keyOf(context, query)),
    inFlight,
  };
}
