import { describe, expect, it } from 'vitest';

import { recallHistory, withNote } from '../../src/activities/attempt-history.ts';
import { EARLY_HIT, withHitDoubt } from '../../src/activities/early-hit.ts';
import type { Answer } from '../../src/pollinations/outcome.ts';

const none = recallHistory(undefined, 1);
const after = (kind: 'refused' | 'lost') => withNote(none, { attempt: 1, code: 'reset', effect: { kind } });

function answer(cache: Answer['cache'], doubt?: string): Answer {
  return {
    kind: 'answered',
    body: new Uint8Array(1),
    contentType: 'image/png',
    extension: 'png',
    usage: {},
    cache,
    latencyMs: 1,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

describe('an answer from the cache', () => {
  it.each([
    ['nobody had asked before', 'exact', {}, none, { status: 'hit' }, EARLY_HIT],
    ['only a refusal came before', 'exact', {}, after('refused'), { status: 'hit' }, EARLY_HIT],
    ['the API has no cache', 'none', {}, none, { status: 'hit' }, EARLY_HIT],
    ['it is of another generation', 'paid-hit', {}, none, { status: 'hit', type: 'EXACT' }, EARLY_HIT],
    ['it is the paying one', 'paid-hit', {}, none, { status: 'hit', type: 'GENERATED' }, undefined],
    ['nothing tells which it is', 'paid-hit', {}, none, { status: 'hit' }, undefined],
    ['an answer was lost before', 'exact', {}, after('lost'), { status: 'hit' }, undefined],
    ['others may have asked', 'exact', { shared: true }, none, { status: 'hit' }, undefined],
    ['it came from none', 'exact', {}, none, { status: 'miss' }, undefined],
  ] as const)('is doubted or not where %s', (_, mode, call, history, cache, doubt) => {
    expect(withHitDoubt(answer(cache), { mode, call, history }).doubt).toBe(doubt);
  });

  it('keeps a doubt that says more', () => {
    const told = withHitDoubt(answer({ status: 'hit' }, 'another seed'), {
      mode: 'exact',
      call: {},
      history: none,
    });
    expect(told.doubt).toBe('another seed');
  });
});
