import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Outcome } from '../../src/pollinations/outcome.ts';
import { untilDone } from '../support/until.ts';
import { type HostileApi, startHostileApi } from './attempts.ts';
import { families, hostileAnswers } from './catalogue.ts';
import type { Endpoint, HostileAnswer } from './hostile-answer.ts';
import { oddAnswers } from './odd-answers.ts';

const times = 20;
const endpoints: readonly Endpoint[] = ['text', 'image'];
/** For those that only their deadline ends. */
const shortMs = 1_000;
/** For those that end by themselves: none may need it. */
const longMs = 60_000;

let api: HostileApi;

beforeAll(async () => {
  api = await startHostileApi();
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

/** What came of twenty attempts at an answer, and what should have. */
async function tryHostile({ name, codes, isSlow }: HostileAnswer, endpoint: Endpoint) {
  const deadlineMs = isSlow === true ? shortMs : longMs;
  const outcomes = await api.attempt(name, endpoint, { times, deadlineMs });
  const got = outcomes.map((outcome) => (outcome.kind === 'fault' ? outcome.fault.code : 'answered'));
  return { about: `${name} as ${endpoint}`, got: [...new Set(got)], wanted: [codes[endpoint]], outcomes };
}

function waitsOf(outcomes: readonly Outcome[]): readonly (number | undefined)[] {
  return outcomes.map((outcome) => (outcome.kind === 'fault' ? outcome.fault.retryAfterMs : undefined));
}

describe('a hostile answer', { timeout: 240_000 }, () => {
  it('is one of at least sixty, each with a name of its own', () => {
    expect(hostileAnswers.length).toBeGreaterThanOrEqual(60);
    expect(new Set([...hostileAnswers, ...oddAnswers].map(({ name }) => name)).size).toBe(
      hostileAnswers.length + oddAnswers.length,
    );
  });

  it.each(Object.entries(families))(
    'of the family "%s" is never taken for a result, and told by its right name each of twenty times',
    async (_family, answers) => {
      const quick = answers.filter(({ isSlow }) => isSlow !== true);
      for (const answer of quick) {
        for (const endpoint of endpoints) {
          const { about, got, wanted } = await tryHostile(answer, endpoint);
          expect([about, ...got]).toEqual([about, ...wanted]);
        }
      }
    },
  );

  it('that never ends is given up at the deadline, and its connection is closed', async () => {
    const waiting = hostileAnswers.filter(({ isSlow }) => isSlow === true);
    for (const answer of waiting) {
      const started = performance.now();
      const tried = await Promise.all(endpoints.map((endpoint) => tryHostile(answer, endpoint)));
      const seconds = (performance.now() - started) / 1_000;
      for (const { about, got, wanted } of tried) expect([about, ...got]).toEqual([about, ...wanted]);
      expect(seconds, `${answer.name} held its slots`).toBeLessThan(shortMs / 1_000 + 5);
    }
    await untilDone(async () => expect(api.server.open()).toBe(0));
  });

  it('that asks to wait is waited for between nothing and five minutes', async () => {
    const asked: Record<string, readonly (number | undefined)[]> = {};
    for (const { name } of families['throttles'] ?? []) {
      asked[name] = [...new Set(waitsOf(await api.attempt(name, 'text', { times: 3, deadlineMs: longMs })))];
    }
    expect(asked).toEqual({
      'wait-nothing': [undefined],
      'wait-zero': [0],
      'wait-negative': [undefined],
      'wait-huge': [300_000],
      'wait-fraction': [undefined],
      'wait-infinite': [undefined],
      'wait-words': [undefined],
      'wait-empty': [undefined],
      'wait-date': [300_000],
      'wait-past-date': [0],
      'wait-broken-date': [undefined],
      'wait-list': [undefined],
      'wait-negative-body': [0],
      'wait-huge-body': [300_000],
    });
  });
});

describe('an odd answer', () => {
  it.each(oddAnswers)('is taken for what it is: $name', async ({ name, endpoint, gives, doubt }) => {
    const outcomes = await api.attempt(name, endpoint, { times, deadlineMs: longMs });
    for (const outcome of outcomes) {
      if (outcome.kind === 'fault') expect.fail(JSON.stringify(outcome.fault));
      const got = endpoint === 'text' ? Buffer.from(outcome.body).toString('utf8') : outcome.contentType;
      expect(got.slice(0, gives.length)).toBe(gives);
      if (doubt === undefined) expect(outcome).not.toHaveProperty('doubt');
      else expect(outcome.doubt).toContain(doubt);
    }
  });
});
