import { setTimeout as pause } from 'node:timers/promises';

import { classify } from './classify.ts';
import { readErrorBody } from './error-body.ts';
import { exchange } from './exchange.ts';
import { faultMessage } from './fault-message.ts';
import type { Secret } from './secret.ts';
import type { Send } from './send.ts';

/** Where and with what the account is asked. */
export interface AccountAccess {
  readonly send: Send;
  readonly base: string;
  readonly key: Secret;
  /** Milliseconds for a whole answer. */
  readonly deadlineMs: number;
}

/** Why the account tells nothing. */
export type AccountRefusal =
  /** The key is good, and may not read it. */
  | { readonly kind: 'not-permitted' }
  | { readonly kind: 'refused'; readonly reason: string; readonly emulated: boolean }
  | { readonly kind: 'no-such-call' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface AccountCall extends AccountAccess {
  /** Path and query below the base; `undefined` where the API has no such call. */
  readonly path: string | undefined;
  /** Most bytes of the answer. */
  readonly limit: number;
}

/** Up to January 2026 a good key above 5 calls a second was answered 401; this long after, it is not. */
const CALM_MS = 1_200;

/** Asks one of the account calls, which cost nothing, for its text. A refusal counts when it comes twice. */
export async function askAccount(
  call: AccountCall,
): Promise<{ readonly kind: 'text'; readonly text: string } | AccountRefusal> {
  const answer = await askOnce(call);
  if (answer.kind !== 'refused') return answer;
  await pause(CALM_MS);
  return askOnce(call);
}

async function askOnce({
  send,
  base,
  path,
  key,
  deadlineMs,
  limit,
}: AccountCall): ReturnType<typeof askAccount> {
  if (path === undefined) return { kind: 'no-such-call' };
  const result = await exchange({
    send,
    url: new URL(base + path),
    method: 'GET',
    headers: { accept: 'application/json', authorization: `Bearer ${key.reveal()}` },
    deadlineMs,
    limit: () => limit,
  });
  const failed = (reason: string): AccountRefusal => ({ kind: 'failed', reason: faultMessage(reason, key) });
  if (result.kind === 'failed') return failed(result.message);
  if (result.broken !== undefined) return failed(result.broken.message);
  const text = Buffer.from(result.body).toString('utf8');
  if (result.status === 200) return { kind: 'text', text };
  const error = readErrorBody(text);
  const reason = faultMessage(`${result.status} ${error.message}`, key);
  // The API knows the key, and does not let it look.
  if (result.status === 403 && error.fromApi) return { kind: 'not-permitted' };
  const { code } = classify(result.status, error);
  if (code === 'not-found') return { kind: 'no-such-call' };
  if (code !== 'unauthorized') return failed(reason);
  return { kind: 'refused', reason, emulated: result.headers.has('x-pollen-batch-emulator') };
}
