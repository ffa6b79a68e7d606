import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { mapAhead, mapAtOnce } from '../src/at-once.ts';

/** Work that ends when it is told to. */
function controlled() {
  const begun: number[] = [];
  const open = new Map<number, { end: () => void; fail: (error: Error) => void }>();
  return {
    begun,
    open,
    work: (entry: number) =>
      new Promise<string>((resolve, reject) => {
        begun.push(entry);
        const close = (): void => void open.delete(entry);
        open.set(entry, {
          end: () => (close(), resolve(`done ${entry}`)),
          fail: (error) => (close(), reject(error)),
        });
      }),
  };
}

/** Entries that note how far they were taken, and whether they were closed. */
function counted(count: number) {
  const seen = { taken: 0, closed: false };
  async function* entries(): AsyncGenerator<number> {
    try {
      for (let entry = 1; entry <= count; entry += 1) {
        seen.taken = entry;
        yield entry;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, entries: entries() };
}

describe('work that is done so many at once', () => {
  it('comes in the order of its entries, whichever ends first', async () => {
    const { work, open } = controlled();
    const values = mapAtOnce([1, 2, 3, 4], 3, work);
    for (const entry of [3, 2, 1, 4]) {
      await turn();
      open.get(entry)?.end();
    }
    expect(await values).toEqual(['done 1', 'done 2', 'done 3', 'done 4']);
  });

  it('begins another one as soon as the first has ended, and never more than so many', async () => {
    const { work, open, begun } = controlled();
    const values = mapAtOnce([1, 2, 3, 4, 5], 2, work);
    await turn();
    expect(begun).toEqual([1, 2]);
    open.get(2)?.end();
    await turn();
    expect(begun).toEqual([1, 2]);
    open.get(1)?.end();
    await turn();
    expect(begun).toEqual([1, 2, 3, 4]);
    for (const entry of [3, 4, 5]) {
      open.get(entry)?.end();
      await turn();
    }
    expect(await values).toHaveLength(5);
  });

  it('takes no entry before there is room for it, however slow who takes the values is', async () => {
    const { seen, entries } = counted(100);
    const values = mapAhead(entries, 3, (entry) => Promise.resolve(entry));
    expect(seen.taken).toBe(0);
    expect(await values.next()).toEqual({ done: false, value: 1 });
    await turn();
    expect(seen.taken).toBe(3);
    expect(await values.next()).toEqual({ done: false, value: 2 });
    await turn();
    expect(seen.taken).toBe(4);
    await values.return();
    expect(seen).toEqual({ taken: 4, closed: true });
  });

  it('hands out what is nothing as well, and nothing of no entries', async () => {
    expect(await mapAtOnce([1, 2], 2, (entry) => Promise.resolve(entry === 1 ? null : undefined))).toEqual([
      null,
      undefined,
    ]);
    expect(await mapAtOnce([], 2, () => Promise.reject(new Error('none')))).toEqual([]);
  });

  it('ends with its first error, when all that was begun has ended, and begins nothing more', async () => {
    const { work, open, begun } = controlled();
    const { seen, entries } = counted(100);
    let error: unknown;
    const ended = mapAtOnce(entries, 4, work).catch((reason: unknown) => (error = reason));
    await turn();
    // One after it fails before it does, and nobody is told.
    open.get(3)?.fail(new Error('third'));
    await turn();
    open.get(1)?.end();
    open.get(2)?.fail(new Error('second'));
    await turn();
    expect([begun, error, seen.closed]).toEqual([[1, 2, 3, 4, 5], undefined, true]);
    open.get(4)?.end();
    open.get(5)?.fail(new Error('fifth'));
    await ended;
    expect(error).toEqual(new Error('second'));
    expect([begun.length, open.size]).toEqual([5, 0]);
  });

  it('ends with the error of its entries, when all that was begun has ended', async () => {
    const { work, open } = controlled();
    async function* entries(): AsyncGenerator<number> {
      yield 1;
      throw new Error('no more entries');
    }
    let error: unknown;
    const ended = mapAtOnce(entries(), 2, work).catch((reason: unknown) => (error = reason));
    await turn();
    expect(error).toBeUndefined();
    open.get(1)?.end();
    await ended;
    expect(error).toEqual(new Error('no more entries'));
  });

  it('is over for who leaves early when all that was begun has ended', async () => {
    const { work, open, begun } = controlled();
    const values = mapAhead([1, 2, 3, 4], 2, work);
    const first = values.next();
    await turn();
    open.get(1)?.end();
    await first;
    let isOver = false;
    const left = values.return().then(() => (isOver = true));
    await turn();
    expect([begun, isOver]).toEqual([[1, 2], false]);
    open.get(2)?.fail(new Error('nobody asks any more'));
    await left;
    expect(begun).toEqual([1, 2]);
  });
});
