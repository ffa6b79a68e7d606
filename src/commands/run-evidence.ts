import { parseAmount, parseBalance } from '../pollen/amount.ts';
import { fetchBalance } from '../pollinations/fetch-balance.ts';
import { fetchUsage } from '../pollinations/fetch-usage.ts';
import { readBegun } from '../records/run-store.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import type { Balances } from '../report/balance-difference.ts';
import { modelOf, type BilledCall } from '../report/usage-graph.ts';
import { accountAccess, accountRefusal, nothingTold } from './account-access.ts';
import type { OpenedBill } from './open-bill.ts';
import { listedModel, promptUnits, type SentCalls } from './sent-calls.ts';
import type { Session } from './session.ts';

/** What the account tells of a run, and what the run has kept of it. */
export interface RunEvidence {
  /** Billed calls of the models that have unknown charges; absent where the key may not read them. */
  readonly rows?: readonly BilledCall[];
  /** Absent where the run has kept none from before its first call. */
  readonly balances?: Balances;
}

/**
 * Asks the account what it was billed, and what is left of its balance.
 *
 * @throws PollenBatchError `config-invalid` where it may tell neither, `api-unreachable` where it does not answer
 */
export async function readEvidence(
  session: Session,
  opened: OpenedBill,
  sent: SentCalls,
): Promise<RunEvidence> {
  const { run, plan, marker } = opened;
  const rows: BilledCall[] = [];
  const models = new Set(sent.unknown.map(modelOf));
  const calls = [...sent.known, ...sent.unknown];
  const access = accountAccess(session);
  const answer = await fetchUsage(
    {
      ...access,
      from: calls.reduce((first, { from }) => Math.min(first, from), Infinity),
      to: calls.reduce((last, { to }) => Math.max(last, to), 0) + 1,
    },
    (page) => {
      for (const { usage, pollen, ...row } of page) {
        const model = listedModel(plan, row);
        const billed = { ...row, model, amount: parseAmount(pollen), promptUnits: promptUnits(usage) };
        if (models.has(modelOf(billed))) rows.push(billed);
      }
    },
  );
  const told = answer.kind === 'rows' ? { rows } : {};
  if (answer.kind !== 'rows' && answer.kind !== 'not-permitted') throw accountRefusal(answer);

  const start = (await unlessDamaged(() => readBegun(session.store, run)))?.balance;
  if (start === undefined) {
    if (answer.kind === 'rows') return told;
    throw nothingTold(run.runId, false);
  }
  const balance = await fetchBalance(access);
  if (balance.kind !== 'balance' && answer.kind !== 'rows') {
    throw balance.kind === 'not-permitted' ? nothingTold(run.runId, true) : accountRefusal(balance);
  }
  const end = marker?.balance;
  return {
    ...told,
    balances: {
      start: parseBalance(start.pollen),
      ...(end === undefined ? {} : { end: parseBalance(end.pollen) }),
      ...(balance.kind === 'balance' ? { now: parseBalance(balance.pollen) } : {}),
    },
  };
}
