import { describe, expect, it } from 'vitest';

import { actsOf, applyActs, checkSetRequest } from '../../src/workflows/run-changes.ts';
import { beginStanding } from '../../src/workflows/run-standing.ts';
import type { SetRequest } from '../../src/workflows/messages.ts';

const deadline = { set: () => {}, endsAt: () => '2026-11-26T15:00:00.000Z' };

describe('what is to be set of a run', () => {
  it.each([
    {},
    { reason: 'why not' },
    { budget: 'much' },
    { budget: '-1' },
    { concurrency: 0 },
    { concurrency: 1.5 },
    { priority: 'highest' },
    { deadline: 'tomorrow' },
    { deadline: { later: 0 } },
    { deadline: { later: 100_000_000 * 86_400 } },
    { deadline: { later: Infinity } },
    { deadline: '9999-12-31T00:00:00Z' },
    { budget: 5 },
  ])('is refused where it is none: %j', (request) => {
    expect(() => checkSetRequest(request as SetRequest)).toThrow(expect.objectContaining({ type: 'usage' }));
  });

  it('is kept as it holds then', () => {
    const request = { concurrency: null, priority: 'low', deadline: { later: 3_600 } } as const;
    expect(() => checkSetRequest(request)).not.toThrow();
    expect(actsOf('a-run', { budget: undefined, deadline }, request)).toEqual([
      { kind: 'concurrency', concurrency: null },
      { kind: 'priority', priority: 'low' },
      { kind: 'deadline', endsAt: '2026-11-26T16:00:00.000Z' },
    ]);
  });

  it('is refused where a deadline would be put off too far, again and again', () => {
    const far = { set: () => {}, endsAt: () => new Date(Date.now() + 3_600 * 86_400_000).toISOString() };
    const request = { deadline: { later: 60 * 86_400 } };
    expect(() => checkSetRequest(request)).not.toThrow();
    expect(() => actsOf('a-run', { budget: undefined, deadline: far }, request)).toThrow(
      expect.objectContaining({ type: 'usage' }),
    );
  });

  it('is refused where there is none to change', () => {
    const standing = { budget: undefined, deadline: undefined };
    const set = (request: SetRequest) => () => actsOf('a-run', standing, request);
    expect(set({ budget: '1' })).toThrow(expect.objectContaining({ type: 'no-budget' }));
    expect(set({ deadline: { later: 1 } })).toThrow(expect.objectContaining({ type: 'no-deadline' }));
    expect(set({ deadline: '2026-11-26T15:00:00+01:00' })()).toEqual([
      { kind: 'deadline', endsAt: '2026-11-26T14:00:00.000Z' },
    ]);
  });

  it('bounds a run anew by what its lanes take, however it was bound before', () => {
    const plan = {
      items: 9,
      pages: [],
      models: [],
      searchAttributes: false,
      resumed: false,
      most: { all: 24, pictures: 3 },
      concurrency: { all: 2, pictures: 2 },
      limit: 2,
    };
    const standing = { ...beginStanding(undefined, false), plan };
    applyActs(standing, [{ kind: 'concurrency', concurrency: null }]);
    expect(standing.plan).toMatchObject({ concurrency: { all: 24, pictures: 3 } });
    expect(standing.plan).not.toHaveProperty('limit');
    applyActs(standing, [
      { kind: 'concurrency', concurrency: 5 },
      { kind: 'priority', priority: 'low' },
    ]);
    expect(standing.plan).toMatchObject({
      concurrency: { all: 5, pictures: 3 },
      limit: 5,
      priority: 'low',
    });
  });
});
