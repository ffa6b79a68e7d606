import { PollenBatchError } from '../errors.ts';
import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { fetchUsage } from '../pollinations/fetch-usage.ts';
import { writeCorrection, type Assumption, type SettledAttempt } from '../records/corrections.ts';
import type { ItemCost } from '../records/record.ts';
import { matchUsage, type OpenReason, type Settlement } from '../report/match-usage.ts';
import { modelOf, type BilledCall } from '../report/usage-graph.ts';
import { runKeys } from '../storage/keys.ts';
import { accountAccess, accountRefusal, checkAccountReach } from './account-access.ts';
import { foldBill } from './bill.ts';
import { findRun } from './find-run.ts';
import { openBill, type OpenedBill } from './open-bill.ts';
import { allToldAt, listedModel, promptUnits, sentCalls, type SentCalls } from './sent-calls.ts';
import type { Session } from './session.ts';

/** What reconciling a run has come to. */
export interface Reconciled {
  readonly runId: string;
  readonly before: ItemCost;
  readonly after: ItemCost;
  /** Charges that were unknown, and are known now. */
  readonly settled: number;
  /** Of these, charges of which the sum is exact, and a guess which of the calls had which. */
  readonly grouped: number;
  /** Charges that stay unknown, by why. */
  readonly open: Readonly<Partial<Record<OpenReason, number>>>;
  /** What the corrections rest on, this one and earlier ones; absent where there are none. */
  readonly assumes?: Assumption;
  /** Key of the correction; absent where there was nothing to write. */
  readonly correction?: string;
  /** ISO 8601: before then the account may not know all calls yet, so that nothing was settled. */
  readonly tooEarlyUntil?: string;
}

export interface ReconcileOptions {
  /** @default the time now */
  readonly now?: () => Date;
}

const TRIES = 5;

/**
 * Settles charges of an ended run that are unknown, by the account's billed calls, as far as these leave no doubt. What is
 * found goes into a correction beside the records.
 *
 * @throws PollenBatchError `usage` while the run goes on, `config-invalid` where the key may not read the account
 */
export async function reconcile(
  session: Session,
  runId: string,
  { now = () => new Date() }: ReconcileOptions = {},
): Promise<Reconciled> {
  const run = await findRun(session, runId);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const opened = await openBill(session.store, run);
    const { marker } = opened;
    if (marker === undefined) throw goesOn(runId);
    const { cost: before, assumes } = await foldBill(opened);
    const rest = assumes === undefined ? {} : { assumes };
    const nothing = { runId, before, after: before, settled: 0, grouped: 0, open: {}, ...rest };
    if (before.unknown.count === 0) return nothing;
    checkAccountReach(session, opened.plan, now());
    const sent = await sentCalls(opened, marker.endedAt);
    const toldAt = allToldAt(sent, marker.endedAt, opened.plan);
    if (now() < toldAt) return { ...nothing, tooEarlyUntil: toldAt.toISOString() };
    const rows = await readRows(session, opened, sent);
    const settlements = matchUsage({ ...sent, rows });
    const settled = settledOf(sent, settlements);
    const told = { ...nothing, open: countOpen(settlements) };
    if (settled.length === 0) return told;
    const known = opened.corrections.length;
    const at = now().toISOString();
    const assumed = { assumes: 'sole-use' } as const;
    const correction = { version: 1, runId, at, source: 'usage', ...assumed, settled } as const;
    // Another one came first: what it has settled is settled.
    if (!(await writeCorrection(session.store, run, correction, known))) continue;
    const { cost: after } = await foldBill(await openBill(session.store, run));
    const grouped = settlements.filter((one) => !('open' in one) && one.group !== undefined).length;
    return {
      ...told,
      ...assumed,
      after,
      settled: settled.length,
      grouped,
      correction: runKeys(run).correction(known + 1),
    };
  }
  throw new PollenBatchError('store-unusable', `run ${runId} is being reconciled by others all the time`, {
    remedy: 'Wait for them, then look at the bill again.',
  });
}

async function readRows(
  session: Session,
  { plan }: OpenedBill,
  { known, unknown }: SentCalls,
): Promise<readonly BilledCall[]> {
  const models = new Set(unknown.map(modelOf));
  const calls = [...known, ...unknown];
  const rows: BilledCall[] = [];
  const answer = await fetchUsage(
    {
      ...accountAccess(session),
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
  if (answer.kind !== 'rows') throw accountRefusal(answer);
  return rows;
}

function settledOf({ rows }: SentCalls, settlements: readonly Settlement[]): readonly SettledAttempt[] {
  return settlements.flatMap((settlement, index) => {
    const row = rows[index];
    if ('open' in settlement || row === undefined) return [];
    const { number, id, step, index: element, repair, attempt, amount } = row;
    const billed = settlement.amount;
    return [
      {
        number,
        id,
        ...(step === undefined ? {} : { step }),
        ...(element === undefined ? {} : { index: element }),
        ...(repair === undefined ? {} : { repair }),
        attempt,
        was: { amount, certainty: 'unknown' as const },
        now: {
          amount: formatAmount(billed),
          certainty: billed === 0n ? ('free' as const) : ('exact' as const),
        },
        ...(settlement.group === undefined ? {} : { group: settlement.group }),
      },
    ];
  });
}

function countOpen(settlements: readonly Settlement[]): Reconciled['open'] {
  const open: Partial<Record<OpenReason, number>> = {};
  for (const one of settlements) if ('open' in one) open[one.open] = (open[one.open] ?? 0) + 1;
  return open;
}

function goesOn(runId: string): PollenBatchError {
  return new PollenBatchError(
    'usage',
    `run ${runId} has not ended, and later answers may settle its charges`,
    {
      remedy: `Wait for its end with \`pollen-batch watch ${runId}\`, then reconcile it.`,
    },
  );
}
