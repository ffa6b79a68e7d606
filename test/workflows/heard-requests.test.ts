import { describe, expect, it } from 'vitest';

import { heardAct, heardPause, heardResume } from '../../src/workflows/heard-requests.ts';

describe('what a run is told', () => {
  it.each([undefined, null, 5, 'text', [], {}, { reason: 5 }])(
    'may be %j: nothing is said with it',
    (told) => {
      expect(heardAct(told)).toEqual({});
      expect(heardPause(told)).toBeUndefined();
    },
  );

  it.each([undefined, null, {}, { reason: null }])('as %j lifts all that a person can lift', (told) => {
    expect(heardResume(told)).toEqual({});
  });

  it('changes nothing where it names a reason for a pause that it does not know', () => {
    expect(heardPause({ reason: 'weather' })).toBeUndefined();
    expect(heardResume({ reason: 'weather' })).toBeUndefined();
  });

  it('is taken as it is where it can be read, and for the rest left', () => {
    expect(heardAct({ reason: 'lunch', by: 'me' })).toEqual({ reason: 'lunch' });
    expect(heardPause({ reason: 'credit', detail: 'no-credit', status: 402, holder: 'one' })).toEqual({
      reason: 'credit',
      detail: 'no-credit',
      status: 402,
      holder: 'one',
    });
    expect(heardPause({ reason: 'operator', detail: {}, status: '402' })).toEqual({ reason: 'operator' });
    expect(heardResume({ reason: 'store', holder: 'one' })).toEqual({ reason: 'store', holder: 'one' });
  });
});
