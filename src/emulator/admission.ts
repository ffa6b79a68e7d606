import { type Answer, envelope, unauthorized } from './answers.ts';
import type { Call } from './call.ts';
import { type Era, isFree } from './eras.ts';
import type { Caller } from './keys.ts';
import type { Books } from './meter.ts';
import { formatAmount } from './money.ts';

/** Refuses a caller whose key is not good for the call; nothing when he may go on. */
export function refuseCaller(era: Era, caller: Caller, call: Call | undefined): Answer | undefined {
  const free = era.freeModels && (call === undefined || isFree(call.model));
  if (!('key' in caller)) return caller.kind === 'none' && free ? undefined : unauthorized();
  if (call === undefined) return undefined;
  if (caller.kind === 'publishable' && era.freeModels && !free) {
    return envelope(403, `Publishable keys cannot use the model ${call.model.name}.`);
  }
  const { models } = caller.key;
  if (models !== undefined && !models.includes(call.model.name)) {
    return envelope(403, `Model ${call.model.name} is not allowed for this API key.`);
  }
  return undefined;
}

/** Refuses a call that cannot be paid. What is free is never refused. */
export function refuseUnpaid(era: Era, caller: Caller, price: bigint, books: Books): Answer | undefined {
  if (price === 0n) return undefined;
  const { amount, of } = books.available('key' in caller ? caller.key : undefined);
  if (amount > 0n && !(era.checksPrice && amount < price)) return undefined;
  if (of === 'key') {
    return envelope(402, 'The pollen budget of this API key is exhausted.', { code: 'KEY_BUDGET_EXHAUSTED' });
  }
  const message = `Insufficient balance. This call costs about ${formatAmount(price)}, available ${formatAmount(amount)}.`;
  return envelope(402, message, { code: era.checksPrice ? 'INSUFFICIENT_BALANCE' : 'PAYMENT_REQUIRED' });
}
