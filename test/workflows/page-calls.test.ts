import { ActivityFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { mayBeLost } from '../../src/workflows/page-calls.ts';

function cancelled(details: readonly unknown[]): ActivityFailure {
  const cause = new CancelledFailure('cancelled', [...details]);
  return new ActivityFailure('cancelled', 'generateText', '1', 'CANCEL_REQUESTED', '1@host', cause);
}

const byServer = cancelled(['ACTIVITY_ID_NOT_STARTED']);

describe('a call that the server cancels by itself', () => {
  it('may have been sent by a worker that is lost, from when one can be found out', () => {
    expect(mayBeLost(byServer, 20_000)).toBe(true);
    expect(mayBeLost(byServer, 19_999)).toBe(false);
  });

  it('is not lost where its own worker ended it', () => {
    expect(mayBeLost(cancelled([]), 60_000)).toBe(false);
    expect(mayBeLost(new CancelledFailure('cancelled'), 60_000)).toBe(false);
  });
});
