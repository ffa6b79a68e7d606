import { describe, expect, it, vi } from 'vitest';

import { createHeldAnswers, type HeldAnswer, type HoldingRun } from '../../src/activities/held-answers.ts';
import { StoreError, type StoreErrorCode } from '../../src/storage/store-error.ts';

/** A run that notes what it is told, and a store that fails until it is mended. */
function world(code: StoreErrorCode = 'store-forbidden') {
  const told: string[] = [];
  const holders = new Set<string>();
  let isAway = true;
  let isSilent = false;
  let tries = 0;
  const run: HoldingRun = {
    runId: 'bees-0123456789',
    async pause(holder, why) {
      if (isSilent) throw new Error('Temporal is away');
      holders.add(holder);
      told.push(`pause ${why}`);
    },
    async resume(holder) {
      if (isSilent) throw new Error('Temporal is away');
      told.push(holders.has(holder) ? 'resume' : 'resume of another');
    },
  };
  const answer = (changes: Partial<HeldAnswer> = {}): HeldAnswer => ({
    run,
    bytes: 10,
    signal: new AbortController().signal,
    onHolder: () => {},
    ...changes,
  });
  const store = async (): Promise<string> => {
    tries += 1;
    if (isAway) throw new StoreError(code, 'no');
    return 'stored';
  };
  return {
    told,
    answer,
    store,
    tries: () => tries,
    mend: () => (isAway = false),
    silence: (silent: boolean) => (isSilent = silent),
  };
}

const isPending = async (promise: Promise<unknown>): Promise<boolean> =>
  (await Promise.race([promise.then(() => 'over'), new Promise((resolve) => setTimeout(resolve, 20))])) !==
  'over';

describe('answers that the store does not take', () => {
  it('are stored when it does, and their run is paused by one of them and resumed after the last', async () => {
    const { told, answer, store, tries, mend } = world();
    const held = createHeldAnswers({ limit: 100, firstDelayMs: 5 });
    const kept = [held.keep(answer(), store), held.keep(answer(), store)];
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(6));
    expect(told.length).toBeLessThan(tries());
    mend();

    expect(await Promise.all(kept)).toEqual(['stored', 'stored']);
    expect(told.filter((word) => word === 'resume')).toEqual(['resume']);
    expect(told.at(-1)).toBe('resume');
  });

  it('tell under what name they are held, as long as they are', async () => {
    const { answer, store, tries, mend } = world();
    const names: (string | undefined)[] = [];
    const kept = createHeldAnswers({ limit: 100, firstDelayMs: 1 }).keep(
      answer({ onHolder: (name) => names.push(name) }),
      store,
    );
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(1));
    mend();
    await kept;

    expect(names).toEqual([expect.stringMatching(/./), undefined]);
  });

  it('pause their run only once the name has had time to get through, so that a worker that dies leaves no pause to itself', async () => {
    const { told, answer, store, tries, mend } = world();
    const kept = createHeldAnswers({ limit: 100, firstDelayMs: 50 }).keep(
      answer({ onHolder: () => expect(told.filter((word) => word !== 'resume of another')).toEqual([]) }),
      store,
    );
    await vi.waitFor(() => expect(tries()).toBe(1));
    expect(await isPending(kept)).toBe(true);
    mend();
    await kept;
    expect(told).not.toContain('pause store-forbidden');
  });

  it('have their run paused as soon as it can be reached', async () => {
    const { told, answer, store, tries, mend, silence } = world();
    silence(true);
    const kept = createHeldAnswers({ limit: 100, firstDelayMs: 1 }).keep(answer(), store);
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(2));
    expect(told).toEqual([]);
    silence(false);
    await vi.waitFor(() => expect(told[0]).toBe('pause store-forbidden'));
    mend();
    await kept;
  });

  it('have their run paused again where somebody let it go on before its time', async () => {
    const { told, answer, store, mend } = world();
    const kept = createHeldAnswers({ limit: 100, firstDelayMs: 1 }).keep(answer(), store);
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(1));
    mend();
    await kept;

    expect(new Set(told.slice(0, -1))).toEqual(new Set(['pause store-forbidden']));
    expect(told.at(-1)).toBe('resume');
  });

  it('end as they end, though the run cannot be reached then, and the run goes on when it can', async () => {
    const { told, answer, store, tries, silence } = world('store-unavailable');
    const leaving = new AbortController();
    const kept = createHeldAnswers({ limit: 100, firstDelayMs: 1 }).keep(
      answer({ signal: leaving.signal }),
      store,
    );
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(1));
    silence(true);
    leaving.abort();

    await expect(kept).rejects.toMatchObject({ code: 'store-unavailable' });
    silence(false);
    await vi.waitFor(() => expect(told.at(-1)).toBe('resume'));
  });

  it('keep their worker from taking more than so many bytes', async () => {
    const { answer, store, tries, mend } = world();
    const held = createHeldAnswers({ limit: 15, firstDelayMs: 1 });
    const kept = [held.keep(answer(), store), held.keep(answer(), store)];
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(2));
    const room = held.room(new AbortController().signal);
    expect(await isPending(room)).toBe(true);
    const leaving = new AbortController();
    const left = held.room(leaving.signal);
    leaving.abort(new Error('stopped'));
    await expect(left).rejects.toThrow('stopped');
    mend();
    await Promise.all(kept);

    await room;
  });

  it('are given up when nobody waits for them any more', async () => {
    const { told, answer, store, tries } = world('store-unavailable');
    const leaving = new AbortController();
    const kept = createHeldAnswers({ limit: 100, firstDelayMs: 1 }).keep(
      answer({ signal: leaving.signal }),
      store,
    );
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(1));
    leaving.abort();

    await expect(kept).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(new Set(told.slice(0, -1))).toEqual(new Set(['pause store-unavailable']));
    expect(told.at(-1)).toBe('resume');
  });

  it.each(['store-rejected', 'store-corrupt'] as const)('for good (%s) are not held', async (code) => {
    const { told, answer, store, tries } = world(code);
    await expect(
      createHeldAnswers({ limit: 100, firstDelayMs: 1 }).keep(answer(), store),
    ).rejects.toMatchObject({ code });
    expect([tries(), told]).toEqual([1, []]);
  });
});
