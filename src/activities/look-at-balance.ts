import { formatAmount, parseBalance } from '../pollen/amount.ts';
import type { BalanceReading } from '../records/balance-reading.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** A run waits no longer for what it can do without. */
const DEADLINE_MS = 3_000;

/**
 * Looks once what the key may still spend: how far this moves while the run goes on tells later what its lost calls were
 * billed. Whatever the API says instead, there is just no reading.
 */
export async function lookAtBalance({
  balance,
  now,
}: Pick<ActivityDependencies, 'balance' | 'now'>): Promise<BalanceReading | undefined> {
  const answer = await balance(DEADLINE_MS);
  if (answer.kind !== 'balance') return undefined;
  return { at: now().toISOString(), pollen: formatAmount(parseBalance(answer.pollen)) };
}
