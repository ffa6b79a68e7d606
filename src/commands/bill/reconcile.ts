import { PollenBatchError } from '../../errors.ts';
import { formatAmount, parseAmount } from '../../pollen/amount.ts';
import { writeCorrection, type Assumption, type SettledAttempt } from '../../records/corrections.ts';
import type { ItemCost } from '../../records/record.ts';
import { settleUnknown, type Source } from '../../report/settle-unknown.ts';
import type { OpenReason, Settlement } from '../../report/settlement.ts';
import { runKeys } from '../../storage/keys.ts';
import { checkAccountReach } from './account-access.ts';
import { foldBill } from './bill.ts';
import { findRun } from '../runs/find-run.ts';
import { checkWhole } from '../gc/gone.ts';
import { openBill } from './open-bill.ts';
import { readEvidence } from './run-evidence.ts';
import { allToldAt, sentCalls, type SentCalls } from './sent-calls.ts';
import type { Session } from '../session/session.ts';

/** What reconciling a run has come to. */
export interface Reconciled {
  readonly runId: string;
  readonly before: ItemCost;
  readonly after: ItemCost;
  /** Charges that were unknown, and are known now. */
  readonly settled: number;
  /** What told them; absent where none was settled. */
  readonly source?: Source;
  /** Of these, charges of which the sum is exact, and a guess which of the calls had which. */
  readonly grouped: number;
  /** Charges that stay unknown, by why. */
  readonly open: Readonly<Partial<Record<OpenReason, number>>>;
  /** A run that may have moved the balance as well, where that kept charges from being settled. */
  readonly otherRun?: string;
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
const nothing = { settled: 0, grouped: 0, open: {} } as const;

/**
 * Settles charges of an ended run that are unknown, by the account's billed calls, or else by how far the own budget of its
 * key has moved, as far as these leave no doubt. What is found goes into a correction beside the records.
 *
 * @throws PollenBatchError `usage` while the run goes on, `config-invalid` where the key may read nothing that tells
 */
export async function reconcile(
  session: Session,
  runId: string,
  { now = () => new Date() }: ReconcileOptions = {},
): Promise<Reconciled> {
  const run = await findRun(session, runId);
  let first: ItemCost | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const opened = await openBill(session.store, run);
    const { marker } = opened;
    if (marker === undefined) throw goesOn(runId);
    checkWhole(run, marker);
    const { cost, assumes } = await foldBill(opened);
    first ??= cost;
    const rest = assumes === undefined ? {} : { assumes };
    const soFar = { runId, before: first, after: cost, ...nothing, ...rest };
    if (cost.unknown.count === 0) return soFar;
    checkAccountReach(session, opened.plan, now());
    const sent = await sentCalls(opened, marker.endedAt);
    const toldAt = allToldAt(sent, marker.endedAt, opened.plan);
    if (now() < toldAt) return { ...soFar, tooEarlyUntil: toldAt.toISOString() };
    const { evidence, otherRun } = await readEvidence(session, opened, sent);
    const { source } = evidence;
    const found = settleUnknown(
      { settled: parseAmount(cost.settled), known: sent.known, unknown: sent.unknown },
      evidence,
    );
    const open = { open: countOpen(found), ...(otherRun === undefined ? {} : { otherRun }) };
    const settled = settledOf(sent, found);
    if (settled.length === 0) return { ...soFar, ...open };
    const at = now().toISOString();
    const assumed = { assumes: 'sole-use' } as const;
    const correction = { version: 1, runId, at, source, ...assumed, settled } as const;
    const number = opened.corrections.length;
    // Another one came first: what it has settled is settled.
    if (!(await writeCorrection(session.store, run, correction, number))) continue;
    const { cost: after } = await foldBill(await openBill(session.store, run));
    return {
      ...soFar,
      ...open,
      ...assumed,
      after,
      settled: settled.length,
      source,
      grouped: settled.filter(({ group }) => group !== undefined).length,
      correction: runKeys(run).correction(number + 1),
    };
  }
  throw new PollenBatchError('store-unusable', `run ${runId} is being reconciled by others all the time`, {
    remedy: 'Wait for them, then look at the bill again.',
  });
}

function settledOf({ rows }: SentCalls, found: readonly Settlement[]): readonly SettledAttempt[] {
  return found.flatMap((settlement, index) => {
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

function countOpen(found: readonly Settlement[]): Reconciled['open'] {
  const open: Partial<Record<OpenReason, number>> = {};
  for (const settlement of found)
    if ('open' in settlement) open[settlement.open] = (open[settlement.open] ?? 0) + 1;
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
