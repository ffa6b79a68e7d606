import { describe, expect, it } from 'vitest';

import { createByteBudget } from '../src/byte-budget.ts';

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a budget of bytes', () => {
  it('lets nobody have more than are free, and serves who waits in order', async () => {
    const budget = createByteBudget(10);
    const served: string[] = [];
    const take = async (name: string, bytes: number) => {
      const release = await budget.take(bytes, never);
      served.push(name);
      return release;
    };
    const first = await take('first', 6);
    const [second, third] = [take('second', 5), take('third', 1)];
    await turn();
    expect(served).toEqual(['first']);
    first();
    await turn();
    expect(served).toEqual(['first', 'second', 'third']);
    (await second)();
    (await third)();
    // More than there are in all waits for all of them, not for ever.
    const all = await take('all', 50);
    const next = take('next', 1);
    await turn();
    expect(served).toHaveLength(4);
    all();
    (await next)();
  });

  it('is left by who gives up waiting', async () => {
    const budget = createByteBudget(10);
    const release = await budget.take(10, never);
    const stop = new AbortController();
    const given = budget.take(10, stop.signal);
    const after = budget.take(4, never);
    stop.abort(new Error('stopped'));
    await expect(given).rejects.toThrow('stopped');
    release();
    (await after)();
    await expect(budget.take(1, stop.signal)).rejects.toThrow('stopped');
  });
});
