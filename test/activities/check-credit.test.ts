import { describe, expect, it } from 'vitest';

import { judgeBalance } from '../../src/activities/check-credit.ts';
import type { BalanceAnswer } from '../../src/pollinations/fetch-balance.ts';

/** How many looks there are until a call is made, or `undefined` where none is. */
function looksUntilCall(answers: readonly BalanceAnswer[]): number | undefined {
  let silent = 0;
  for (const [index, answer] of answers.entries()) {
    const look = judgeBalance(answer, silent);
    if (look.kind === 'call') return index + 1;
    silent = look.silent;
  }
  return undefined;
}

const failed: BalanceAnswer = { kind: 'failed', reason: 'away' };
const refused: BalanceAnswer = { kind: 'refused', reason: 'bad key', emulated: true };
const none: BalanceAnswer = { kind: 'balance', pollen: '0' };

describe('a look at the balance', () => {
  it('waits for as long as there is none, or the key is refused', () => {
    expect(looksUntilCall(Array.from({ length: 50 }, () => none))).toBeUndefined();
    expect(looksUntilCall(Array.from({ length: 50 }, () => refused))).toBeUndefined();
  });

  it('has a call made once there is some, or where the key may not tell', () => {
    expect(looksUntilCall([none, { kind: 'balance', pollen: '0.01' }])).toBe(2);
    expect(looksUntilCall([{ kind: 'not-permitted' }])).toBe(1);
  });

  it('has a call tell after four in a row that told nothing, and not before', () => {
    expect(looksUntilCall([failed, failed, failed, failed])).toBe(4);
    expect(looksUntilCall([none, none, none, none, failed, failed, failed])).toBeUndefined();
    expect(looksUntilCall([failed, failed, failed, none, failed, failed, failed])).toBeUndefined();
  });
});
