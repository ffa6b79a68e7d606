import { Context } from '@temporalio/activity';

import type { BalanceAnswer } from '../pollinations/fetch-balance.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { noCreditFailure } from './failure.ts';

/** Looks in a row that may tell nothing before a call has to: credit must not wait for an endpoint that is away. */
const MOST_SILENT = 4;

/** What a look at the balance says. */
export type Look =
  /** A call may be made, or has to tell. */
  | { readonly kind: 'call' }
  /** It is asked for again. */
  | { readonly kind: 'wait'; readonly code: string; readonly remedy: string; readonly silent: number };

/**
 * Looks whether calls may be paid for again. It fails until the key has a balance, so that Temporal asks again later and
 * the run's history stays as it is; where nothing tells, only a call can.
 */
export function createCheckCredit({
  balance,
}: Pick<ActivityDependencies, 'balance'>): ControlActivities['checkCredit'] {
  return async function checkCredit() {
    const context = Context.current();
    const before: unknown = context.info.heartbeatDetails;
    const look = judgeBalance(await balance(), typeof before === 'number' ? before : 0);
    if (look.kind === 'call') return;
    context.heartbeat(look.silent);
    throw noCreditFailure(look.code, look.remedy);
  };
}

/** Decides what a look at the balance says after so many in a row that told nothing. */
export function judgeBalance(answer: BalanceAnswer, silent: number): Look {
  switch (answer.kind) {
    case 'balance':
      // How much is enough the API says best itself.
      return Number(answer.pollen) > 0
        ? { kind: 'call' }
        : wait('no-credit', `the balance is ${answer.pollen} Pollen`);
    case 'refused':
      return wait('key-refused', 'the API still refuses the key');
    case 'failed':
      return silent + 1 >= MOST_SILENT
        ? { kind: 'call' }
        : wait('balance-unknown', 'the API does not tell the balance now', silent + 1);
    case 'not-permitted':
    case 'no-such-call':
      return { kind: 'call' };
  }
}

function wait(code: string, said: string, silent = 0): Look {
  return { kind: 'wait', code, remedy: `${said}; it is asked for again.`, silent };
}
