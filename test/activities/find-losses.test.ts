import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { recallHistory, withNothingSent } from '../../src/activities/attempt-history.ts';
import { isLost } from '../../src/activities/find-losses.ts';

const [scheduled, started, cancelRequested, paused] = [1, 2, 3, 4];

function pending(name: string, state: number | undefined, attempt: number, details?: unknown) {
  const payloads = details === undefined ? [] : [defaultPayloadConverter.toPayload(details)];
  return { activityType: { name }, state: state ?? 0, attempt, heartbeatDetails: { payloads } };
}

describe('an activity that is pending as its page takes its calls back', () => {
  it('is lost where it is a call that waits for its next attempt after one of which nothing is known', () => {
    expect(isLost(pending('generateText', scheduled, 2))).toBe(true);
    expect(isLost(pending('generateImage', scheduled, 3))).toBe(true);
    expect(isLost(pending('generateText', paused, 2))).toBe(true);
  });

  it('is not lost while an attempt is under way, which tells by itself or is missed', () => {
    expect(isLost(pending('generateText', started, 2))).toBe(false);
    expect(isLost(pending('generateText', cancelRequested, 2))).toBe(false);
  });

  it('is not lost where it waits for the first time, or has told that nothing was sent', () => {
    const told = withNothingSent(recallHistory(undefined, 1), 1);
    expect(isLost(pending('generateText', scheduled, 1))).toBe(false);
    expect(isLost(pending('generateText', scheduled, 2, told))).toBe(false);
    expect(isLost(pending('generateText', scheduled, 3, told))).toBe(true);
  });

  it('is not lost where it makes no call', () => {
    expect(isLost(pending('closeItem', scheduled, 2))).toBe(false);
  });
});
