import { parseAmount, parseBalance } from '../../pollen/amount.ts';
import { fetchUsage } from '../../pollinations/fetch-usage.ts';
import type { Evidence } from '../../report/settle-unknown.ts';
import { modelOf, type BilledCall } from '../../report/usage-graph.ts';
import { accountAccess, accountRefusal } from './account-access.ts';
import type { OpenedBill } from './open-bill.ts';
import { readOwnBudget, type NoEvidence } from './own-budget.ts';
import { listedModel, promptUnits, type SentCalls } from './sent-calls.ts';
import type { Session } from '../session/session.ts';

/** What the account tells of a run, and a run that may have moved the balance as well. */
export interface RunEvidence {
  readonly evidence: Evidence;
  readonly otherRun?: string;
}

/**
 * Asks the account for billed calls of the models that have unknown charges; where the key may not read them, for what is
 * left of its own budget.
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
  const account = accountAccess(session);
  const answer = await fetchUsage(
    {
      ...account,
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
  if (answer.kind === 'rows') return { evidence: { source: 'usage', rows } };
  if (answer.kind !== 'not-permitted') throw accountRefusal(answer);

  const own = await readOwnBudget(session, account, run, { plan, marker });
  if (own.kind === 'open') return noEvidence(own);
  const { start, end, now } = own;
  const balances = {
    start: parseBalance(start.pollen),
    ...(end === undefined ? {} : { end: parseBalance(end.pollen) }),
    now: parseBalance(now),
  };
  return { evidence: { source: 'balance', balances } };
}

function noEvidence(own: NoEvidence): RunEvidence {
  const otherRun = own.reason === 'other-run' ? { otherRun: own.otherRun } : {};
  return { evidence: { source: 'balance', open: own.reason }, ...otherRun };
}
