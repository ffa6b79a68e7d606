import type { Plan } from '../../plan/plan.ts';
import { fetchBalance, type BalanceCall } from '../../pollinations/fetch-balance.ts';
import type { BalanceReading } from '../../records/balance-reading.ts';
import { readBegun, type Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { accountRefusal, nothingTold } from './account-access.ts';
import { findOtherRun } from './other-run.ts';
import type { Session } from '../session/session.ts';

/** What is left of the own budget of a run's key, or why that is no evidence. */
export type OwnBudget =
  | {
      readonly kind: 'told';
      readonly start: BalanceReading;
      readonly end?: BalanceReading;
      /** Decimal Pollen. */
      readonly now: string;
    }
  | NoEvidence;

/** Why a balance is no evidence: it is of another key than the run's readings, or another run may have moved it. */
export type NoEvidence =
  | { readonly kind: 'open'; readonly reason: 'other-key' }
  | { readonly kind: 'open'; readonly reason: 'other-run'; readonly otherRun: string };

/**
 * Asks what is left of the own budget of a run's key, where that key may not read billed calls: what it is told then is such a
 * budget, which no other key and no refill moves.
 *
 * @throws PollenBatchError `config-invalid` where nothing can be told, `store-unusable` where begun.json is damaged,
 * `api-unreachable` where the account does not answer
 */
export async function readOwnBudget(
  session: Session,
  account: BalanceCall,
  run: RunLocation,
  { plan, marker }: { readonly plan: Plan; readonly marker: Marker | undefined },
): Promise<OwnBudget> {
  const { runId } = run;
  if (account.dialect.tellsKeyBudget !== true) throw nothingTold(runId, 'refills');
  const start = (await readBegun(session.store, run))?.balance;
  if (start === undefined) throw nothingTold(runId, 'no-start');
  const end = marker?.balance;
  const own = account.key.digest(runId);
  const isOwn = [start, ...(end === undefined ? [] : [end])].every(({ keyDigest }) => keyDigest === own);
  if (!isOwn) return { kind: 'open', reason: 'other-key' };
  const balance = await fetchBalance(account);
  if (balance.kind === 'not-permitted') throw nothingTold(runId, 'no-budget');
  if (balance.kind !== 'balance') throw accountRefusal(balance);
  // Only now, so that each which had begun when the balance was read is seen.
  const digest = (other: string): string => account.key.digest(other);
  const otherRun = await findOtherRun(session, plan, { since: start.at, digest });
  if (otherRun !== undefined) return { kind: 'open', reason: 'other-run', otherRun };
  return { kind: 'told', start, ...(end === undefined ? {} : { end }), now: balance.pollen };
}
