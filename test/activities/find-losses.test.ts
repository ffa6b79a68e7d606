import { asyncLocalStorage } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';

import { recallHistory, withNothingSent } from '../../src/activities/attempt-history.ts';
import { createFindLosses, isLost } from '../../src/activities/find-losses.ts';
import type { CallReference } from '../../src/workflows/inputs.ts';
import { run } from '../support/samples.ts';

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

type Pending = ReturnType<typeof pending> & { readonly activityId: string };

const lost = (activityId: string): Pending => ({ activityId, ...pending('generateText', scheduled, 2) });

/** What a page's history has of an activity: what it was asked for, and events that are about something else. */
function asked(activityId: string, input: unknown): readonly object[] {
  const payloads = [defaultPayloadConverter.toPayload(input)];
  return [
    { activityTaskScheduledEventAttributes: { activityId, input: { payloads } } },
    { activityTaskScheduledEventAttributes: null, activityTaskStartedEventAttributes: { attempt: 2 } },
  ];
}

function call(position: number, step: Partial<CallReference> = {}): CallReference {
  return { run, page: 0, position, resumed: false, ...step };
}

/** A look at a page that the server describes so. */
function page(
  described: Promise<readonly Pending[] | undefined>,
  events?: readonly (readonly object[])[],
): {
  readonly look: () => Promise<unknown>;
  readonly handle: ReturnType<typeof vi.fn>;
  readonly history: ReturnType<typeof vi.fn>;
  readonly stop: ReturnType<typeof vi.fn>;
} {
  const history = vi.fn(() => Promise.resolve(events === undefined ? {} : { events: events.flat() }));
  const handle = vi.fn(() => ({
    describe: async () => ({ raw: { pendingActivities: await described } }),
    fetchHistory: history,
  }));
  const context = {
    info: { workflowExecution: { workflowId: 'bees/page/0', runId: 'execution-1' } },
    client: { workflow: { getHandle: handle } },
  };
  const stop = vi.fn();
  const findLosses = createFindLosses({ governors: { stop, identity: 'worker', call: vi.fn() } });
  return {
    look: () => asyncLocalStorage.run(context as never, () => findLosses({ round: 3 })),
    handle,
    history,
    stop,
  };
}

describe('a look at the calls of the page that asks', () => {
  it('finds by its history which call each lost activity makes, with step, place in a list and mending', async () => {
    const { look, handle } = page(Promise.resolve(['1', '2', '3', '4', '5'].map(lost)), [
      asked('1', call(7)),
      asked('2', call(8, { step: 0 })),
      asked('3', call(9, { step: 2, index: 0 })),
      asked('4', call(10, { step: 1, repair: 2 })),
      asked('5', call(11, { step: 1, index: 3, repair: 1, round: 2, again: 1 })),
    ]);
    expect(await look()).toStrictEqual([
      { position: 7 },
      { position: 8, step: { step: 0 } },
      { position: 9, step: { step: 2, index: 0 } },
      { position: 10, step: { step: 1, repair: 2 } },
      { position: 11, step: { step: 1, index: 3, repair: 1 } },
    ]);
    expect(handle).toHaveBeenCalledExactlyOnceWith('bees/page/0', 'execution-1');
  });

  it('names no call that has ended, is under way or was not sent', async () => {
    const told = withNothingSent(recallHistory(undefined, 1), 1);
    const { look } = page(
      Promise.resolve([
        { activityId: '2', ...pending('generateText', started, 2) },
        { activityId: '3', ...pending('generateText', scheduled, 2, told) },
        lost('4'),
      ]),
      ['1', '2', '3', '4'].map((id) => asked(id, call(Number(id)))),
    );
    expect(await look()).toEqual([{ position: 4 }]);
  });

  it('keeps the calls that are to be taken back from being sent meanwhile', async () => {
    const { look, stop } = page(new Promise(() => {}));
    void look();
    expect(stop).toHaveBeenCalledExactlyOnceWith('execution-1/3');
  });

  it('reads no history where nothing is lost', async () => {
    const { look, history } = page(Promise.resolve(undefined));
    expect(await look()).toEqual([]);
    expect(history).not.toHaveBeenCalled();
  });

  it('finds nothing in a history that is told without events', async () => {
    expect(await page(Promise.resolve([lost('1')])).look()).toEqual([]);
  });
});
