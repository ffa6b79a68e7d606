import { PollenBatchError } from '../../errors.ts';
import { fetchUsage } from '../../pollinations/fetch-usage.ts';
import { createMeter } from '../../verify/meter.ts';
import {
  verifyRun,
  type Metered,
  type MeterQuestion,
  type Verification,
  type VerifyOptions,
} from '../../verify/verify-run.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { accountAccess, accountRefusal, checkAccountReach, toldFrom } from './account-access.ts';
import { findRun } from '../runs/find-run.ts';
import { readOwnBudget } from './own-budget.ts';
import type { Session } from '../session/session.ts';

/** Clocks differ; those of the emulator and of its workers are one. */
const SKEW_MS = 60_000;
const SECOND = 1_000;

export interface VerifyRequest extends Pick<VerifyOptions, 'onProgress'> {
  readonly meter: boolean;
  /** @default the time now */
  readonly now?: () => Date;
}

/**
 * Checks a run from what it has left in the bucket.
 *
 * @param meter - whether the account is asked what it has billed in the run's time, or else what is left of the key's own budget
 * @throws PollenBatchError `not-found` when there is no such run, `usage` or `config-invalid` when the account does not tell
 */
export async function verify(
  session: Session,
  runId: string,
  { meter, onProgress, now = () => new Date() }: VerifyRequest,
): Promise<Verification> {
  const run = await findRun(session, runId);
  return verifyRun(session.store, run, {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(meter ? { meter: (asked) => readMeter(session, run, asked, now()) } : {}),
  });
}

// Rows may tell whole seconds, so those in which the run began and ended count.
async function readMeter(
  session: Session,
  run: RunLocation,
  { plan, marker }: MeterQuestion,
  now: Date,
): Promise<Metered> {
  checkAccountReach(session, plan, now);
  const endedAt = marker?.endedAt;
  if (endedAt === undefined) throw tooEarly(plan.runId, 'it has not ended');
  const early = toldFrom(plan, Date.parse(endedAt));
  if (now < early)
    throw tooEarly(plan.runId, `the account may not know all of its calls before ${early.toISOString()}`);
  const meter = createMeter();
  const account = accountAccess(session);
  const skew = plan.api.emulated ? 0 : SKEW_MS;
  const answer = await fetchUsage(
    {
      ...account,
      from: Math.floor((Date.parse(plan.createdAt) - skew) / SECOND) * SECOND,
      to: Math.ceil((Date.parse(endedAt) + skew) / SECOND) * SECOND,
    },
    (rows) => rows.forEach((row) => meter.add(row)),
  );
  if (answer.kind === 'rows') return { kind: 'rows', rows: meter };
  if (answer.kind !== 'not-permitted') throw accountRefusal(answer);
  const own = await readOwnBudget(session, account, run, { plan, marker });
  return own.kind === 'told' ? { kind: 'balance', pollen: own.now } : own;
}

function tooEarly(runId: string, reason: string): PollenBatchError {
  return new PollenBatchError('usage', `run ${runId} cannot be held against the account yet: ${reason}`, {
    remedy: 'Leave --meter out, or give it later.',
  });
}
