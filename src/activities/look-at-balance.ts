import type { Plan } from '../plan/plan.ts';
import { formatAmount, parseBalance } from '../pollen/amount.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import type { BalanceReading } from '../records/balance-reading.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** A run waits no longer for what it can do without. */
const DEADLINE_MS = 3_000;

/**
 * Looks once what is left for the key: where that is a budget of its own, how far it moves while the run goes on tells later
 * what its lost calls were billed. Whatever the API says instead, there is just no reading; nor is there one where a balance
 * may be a wallet that refills.
 */
export async function lookAtBalance(
  { balance, key, now }: Pick<ActivityDependencies, 'balance' | 'key' | 'now'>,
  { runId, api }: Pick<Plan, 'runId' | 'api'>,
): Promise<BalanceReading | undefined> {
  if (key === undefined || dialects[api.dialect].tellsKeyBudget !== true) return undefined;
  const answer = await balance(DEADLINE_MS);
  if (answer.kind !== 'balance') return undefined;
  const pollen = formatAmount(parseBalance(answer.pollen));
  return { at: now().toISOString(), pollen, keyDigest: key.digest(runId) };
}
