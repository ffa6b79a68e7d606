import { describe, expect, it } from 'vitest';

import { createPatience } from '../../../src/commands/session/patience.ts';

/** Looks as one who watches has them: when each came back, and why it had no answer. */
function told(looks: readonly (readonly [second: number, reason?: string])[], isStarting = false) {
  let second = 0;
  const silenceOf = createPatience(isStarting, () => second * 1_000);
  return looks.flatMap(([at, reason]) => {
    second = at;
    const silence = silenceOf(reason);
    return silence === undefined ? [] : [`${at}: ${silence}`];
  });
}

describe('a silence', () => {
  it('is told by the first look that had no answer in its time, as it is counted from the last answer', () => {
    expect(told([[10], [14.5, 'no worker']])).toEqual(['14.5: no worker']);
    expect(told([[3, 'no worker']])).toEqual(['3: no worker']);
  });

  it('is not told while it is short', () => {
    expect(told([[10], [11, 'away'], [12, 'away'], [12.4], [13, 'away'], [15, 'away']])).toEqual([
      '15: away',
    ]);
  });

  it('is counted anew when it is another one: the worker comes back after its server', () => {
    expect(told([[0], [4, 'server'], [5, 'worker'], [6, 'worker'], [7]])).toEqual(['4: server']);
    expect(told([[0], [4, 'server'], [5, 'worker'], [8, 'worker']])).toEqual(['4: server', '8: worker']);
  });

  it('of a worker that has just been started is told later, until it has answered once', () => {
    expect(
      told(
        [
          [3, 'no worker'],
          [7, 'no worker'],
          [8, 'no worker'],
        ],
        true,
      ),
    ).toEqual(['8: no worker']);
    expect(told([[5], [9, 'no worker']], true)).toEqual(['9: no worker']);
  });
});
