import { isObject } from '../json.ts';
import { askAccount, type AccountAccess, type AccountRefusal } from './account-call.ts';
import type { Dialect } from './dialects/dialect.ts';

/** What the API tells of a key's balance. */
export type BalanceAnswer =
  /** Decimal Pollen; below zero for an overdrawn wallet. */
  { readonly kind: 'balance'; readonly pollen: string } | AccountRefusal;

export interface BalanceCall extends AccountAccess {
  readonly dialect: Dialect;
}

/** Asks what a key may still spend; costs nothing. A refusal counts when it comes twice. */
export async function fetchBalance({ dialect, ...access }: BalanceCall): Promise<BalanceAnswer> {
  const answer = await askAccount({ ...access, path: dialect.balancePath, limit: 65_536 });
  if (answer.kind !== 'text') return answer;
  return readBalance(answer.text) ?? { kind: 'failed', reason: 'the answer holds no balance' };
}

const BALANCE = /^-?\d{1,60}(?:\.\d{1,60})?(?:e[+-]?\d{1,3})?$/i;

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
  if (typeof pollen !== 'string' || !BALANCE.test(pollen)) return undefined;
  return { kind: 'balance', pollen };
}
