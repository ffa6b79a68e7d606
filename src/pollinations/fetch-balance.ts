import { setTimeout as pause } from 'node:timers/promises';

import { classify } from './classify.ts';
import type { Dialect } from './dialects/dialect.ts';
import { readErrorBody } from './error-body.ts';
import { exchange } from './exchange.ts';
import { faultMessage } from './fault-message.ts';
import { isObject } from '../json.ts';
import type { Secret } from './secret.ts';
import type { Send } from './send.ts';

/** What the API tells of a key's balance. */
export type BalanceAnswer =
  /** Decimal Pollen; below zero for an overdrawn wallet. */
  | { readonly kind: 'balance'; readonly pollen: string }
  /** The key is good, and may not read it. */
  | { readonly kind: 'not-permitted' }
  | { readonly kind: 'refused'; readonly reason: string; readonly emulated: boolean }
  | { readonly kind: 'no-such-call' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface BalanceCall {
  readonly send: Send;
  readonly base: string;
  readonly dialect: Dialect;
  readonly key: Secret;
  readonly deadlineMs: number;
}

/** Up to January 2026 a good key above 5 calls a second was answered 401; this long after, it is not. */
const CALM_MS = 1_200;

/** Asks what a key may still spend; costs nothing. A refusal counts when it comes twice. */
export async function fetchBalance(call: BalanceCall): Promise<BalanceAnswer> {
  const answer = await fetchOnce(call);
  if (answer.kind !== 'refused') return answer;
  await pause(CALM_MS);
  return fetchOnce(call);
}

async function fetchOnce({ send, base, dialect, key, deadlineMs }: BalanceCall): Promise<BalanceAnswer> {
  if (dialect.balancePath === undefined) return { kind: 'no-such-call' };
  const result = await exchange({
    send,
    url: new URL(base + dialect.balancePath),
    method: 'GET',
    headers: { accept: 'application/json', authorization: `Bearer ${key.reveal()}` },
    deadlineMs,
    limit: () => 65_536,
  });
  const failed = (reason: string): BalanceAnswer => ({ kind: 'failed', reason: faultMessage(reason, key) });
  if (result.kind === 'failed') return failed(result.message);
  if (result.broken !== undefined) return failed(result.broken.message);
  const text = Buffer.from(result.body).toString('utf8');
  if (result.status === 200) return readBalance(text) ?? failed('the answer holds no balance');
  const error = readErrorBody(text);
  const reason = faultMessage(`${result.status} ${error.message}`, key);
  // The API knows the key, and does not let it look.
  if (result.status === 403 && error.fromApi) return { kind: 'not-permitted' };
  const { code } = classify(result.status, error);
  if (code === 'not-found') return { kind: 'no-such-call' };
  if (code !== 'unauthorized') return failed(reason);
  return { kind: 'refused', reason, emulated: result.headers.has('x-pollen-batch-emulator') };
}

function readBalance(text: string): BalanceAnswer | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const balance = isObject(body) ? body['balance'] : undefined;
  // A number's shortest decimal text is the number that was sent, digit for digit.
  const pollen = typeof balance === 'number' ? String(balance) : balance;
  if (typeof pollen !== 'string' || !/^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i.test(pollen)) return undefined;
  return { kind: 'balance', pollen };
}
