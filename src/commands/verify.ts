import { PollenBatchError } from '../errors.ts';
import { emulatorKeys } from '../emulator/index.ts';
import type { Plan } from '../plan/plan.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import { fetchUsage, type UsageAnswer } from '../pollinations/fetch-usage.ts';
import { createSecret } from '../pollinations/secret.ts';
import { createSend } from '../pollinations/send.ts';
import { createMeter, type Meter } from '../verify/meter.ts';
import { verifyRun, type Verification, type VerifyOptions } from '../verify/verify-run.ts';
import { findRun } from './find-run.ts';
import type { Session } from './session.ts';

/** Milliseconds for a page of usage rows. */
const USAGE_MS = 30_000;
const SECOND = 1_000;

/**
 * Checks a run from what it has left in the bucket.
 *
 * @param meter - whether the account is asked what it has billed in the run's time
 * @throws PollenBatchError `not-found` when there is no such run, `usage` when the account does not tell
 */
export async function verify(
  session: Session,
  runId: string,
  { meter, onProgress }: { readonly meter: boolean } & Pick<VerifyOptions, 'onProgress'>,
): Promise<Verification> {
  const run = await findRun(session, runId);
  return verifyRun(session.store, run, {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(meter ? { meter: (plan, marker) => readMeter(session, plan, marker?.endedAt) } : {}),
  });
}

// Rows may tell whole seconds, so those in which the run began and ended count.
async function readMeter(
  { api, config }: Session,
  { createdAt }: Plan,
  endedAt: string | undefined,
): Promise<Meter> {
  const key = config.api.key ?? (api.emulated ? createSecret(emulatorKeys.secret) : undefined);
  if (key === undefined) throw untold('no key is set');
  const meter = createMeter();
  const answer = await fetchUsage(
    {
      send: createSend(config.api.proxy),
      base: api.base,
      dialect: dialects[api.dialect],
      key,
      deadlineMs: USAGE_MS,
      from: Math.floor(Date.parse(createdAt) / SECOND) * SECOND,
      to: endedAt === undefined ? Date.now() : Math.ceil(Date.parse(endedAt) / SECOND) * SECOND,
    },
    (rows) => rows.forEach((row) => meter.add(row)),
  );
  if (answer.kind !== 'rows') throw untold(reasonOf(answer));
  return meter;
}

function reasonOf(answer: Exclude<UsageAnswer, { readonly kind: 'rows' }>): string {
  switch (answer.kind) {
    case 'not-permitted':
      return 'this key may not read it (permission account:usage)';
    case 'no-such-call':
      return 'this API has no call for it';
    case 'refused':
    case 'failed':
      return answer.reason;
  }
}

function untold(reason: string): PollenBatchError {
  return new PollenBatchError('usage', `the account does not tell what it has billed: ${reason}`, {
    remedy: 'Set a key that may read the usage of the account, or leave --meter out.',
  });
}
