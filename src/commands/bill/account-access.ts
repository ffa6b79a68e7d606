import { emulatorKeys } from '../../emulator/index.ts';
import { PollenBatchError } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import type { AccountRefusal } from '../../pollinations/account-call.ts';
import type { BalanceCall } from '../../pollinations/fetch-balance.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import { createSecret } from '../../pollinations/secret.ts';
import { createSend } from '../../pollinations/send.ts';
import type { Session } from '../session/session.ts';

const DEADLINE_MS = 30_000;
/** The account takes calls in some time after they were made; the emulator at once. */
const INGESTION_MS = 30 * 60_000;
/** The account tells of the calls of its last 30 days. */
const KEPT_MS = 30 * 86_400_000;
const PERMIT =
  'Give the key the permission to read usage at https://enter.pollinations.ai, or set POLLINATIONS_API_KEY for this command to another key of the account that has it.';

/**
 * The way to the account that a run was billed to.
 *
 * @throws PollenBatchError `config-invalid` where no key is known here
 */
export function accountAccess({ api, config, isLocal }: Session): BalanceCall {
  // A local stack has no key of its own but that of its emulator.
  const own = api.emulated && isLocal ? createSecret(emulatorKeys.secret) : undefined;
  const key = config.api.key ?? own;
  if (key === undefined) {
    throw new PollenBatchError('config-invalid', 'no key is set here, so the account cannot be asked', {
      remedy: 'Set POLLINATIONS_API_KEY for this command to a key of the account that the workers use.',
    });
  }
  const send = createSend(config.api.proxy);
  return { send, base: api.base, dialect: dialects[api.dialect], key, deadlineMs: DEADLINE_MS };
}

/**
 * Checks that the account of this session can tell of a run.
 *
 * @throws PollenBatchError `usage` where the run was made on another API, or too long ago
 */
export function checkAccountReach(
  { plannedApi }: Session,
  { runId, api, createdAt }: Pick<Plan, 'runId' | 'api' | 'createdAt'>,
  now: Date,
): void {
  if (api.id !== plannedApi.id) {
    throw new PollenBatchError('usage', `run ${runId} was made on ${api.id}, not on ${plannedApi.id}`, {
      remedy: 'Set POLLINATIONS_BASE_URL to the API of the run.',
    });
  }
  if (now.getTime() - Date.parse(createdAt) > KEPT_MS) {
    throw new PollenBatchError('usage', `run ${runId} began more than 30 days ago`, {
      remedy: 'The account tells of calls of its last 30 days; what is unknown stays so, up to its bound.',
    });
  }
}

/**
 * When the account tells of a call.
 *
 * @param billedAt - milliseconds since the epoch
 */
export function toldFrom({ api }: Pick<Plan, 'api'>, billedAt: number): Date {
  return new Date(billedAt + (api.emulated ? 0 : INGESTION_MS));
}

const untold = {
  refills: 'and on this API a balance may be of a wallet that refills by itself, so it is no evidence',
  'no-start': 'and the run has kept no balance from before its calls',
  'no-budget': 'and it has no budget of its own whose balance would tell',
} as const;

/**
 * Neither billed calls nor a balance tell of a run.
 *
 * @param why - why no balance does
 */
export function nothingTold(runId: string, why: keyof typeof untold): PollenBatchError {
  const hint =
    why === 'no-start'
      ? ' In runs to come, a key with a budget of its own tells its balance without a permission.'
      : '';
  return new PollenBatchError(
    'config-invalid',
    `the key may not read what the account was billed for run ${runId}, ${untold[why]}`,
    { remedy: `${PERMIT}${hint}` },
  );
}

/** Why the account does not tell what it has billed, and what can be done. */
export function accountRefusal(refusal: AccountRefusal): PollenBatchError {
  switch (refusal.kind) {
    case 'not-permitted':
      return new PollenBatchError('config-invalid', 'the key may not read what the account was billed', {
        remedy: PERMIT,
      });
    case 'refused':
      return new PollenBatchError('config-invalid', `the API refuses the key (${refusal.reason})`, {
        remedy: 'Check POLLINATIONS_API_KEY against https://enter.pollinations.ai.',
      });
    case 'no-such-call':
      return new PollenBatchError('usage', 'this API does not tell what it has billed', {
        remedy: "What is unknown stays unknown; it is no more than the bill's bound.",
      });
    case 'failed':
      return new PollenBatchError('api-unreachable', `the account does not answer: ${refusal.reason}`, {
        remedy: 'Try again later; nothing was changed.',
      });
  }
}
