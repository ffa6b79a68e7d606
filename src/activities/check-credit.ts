import type { ControlActivities } from '../workflows/contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { noCreditFailure } from './failure.ts';

/**
 * Looks whether calls may be paid for again. It fails until the key has a balance, so that Temporal asks again later and
 * the run's history stays as it is; where the key may not tell, only a call can.
 */
export function createCheckCredit({
  balance,
}: Pick<ActivityDependencies, 'balance'>): ControlActivities['checkCredit'] {
  return async function checkCredit() {
    const answer = await balance();
    switch (answer.kind) {
      case 'balance':
        // How much is enough the API says best itself.
        if (Number(answer.pollen) > 0) return;
        throw noCreditFailure('no-credit', `the balance is ${answer.pollen} Pollen; it is asked for again.`);
      case 'refused':
        throw noCreditFailure('key-refused', 'the API still refuses the key; it is asked for again.');
      case 'failed':
        throw noCreditFailure(
          'balance-unknown',
          'the API does not tell the balance now; it is asked for again.',
        );
      case 'not-permitted':
      case 'no-such-call':
        return;
    }
  };
}
