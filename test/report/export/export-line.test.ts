import { expect, it } from 'vitest';

import type { PlannedItem } from '../../../src/plan/plan.ts';
import type { AttemptRecord, StepResult } from '../../../src/records/record.ts';
import { exportLine, laterCalls } from '../../../src/report/export/export-line.ts';
import { failed, sampleCall, succeeded } from '../../support/samples.ts';

const none = new Map();
const charge = { amount: '0', certainty: 'free' } as const;
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 2, 3, 4, seconds)).toISOString();

it('tells from the first attempt to the last one, and how long the one took that answered', () => {
  const attempts: readonly AttemptRecord[] = [
    { attempt: 1, at: at(10), code: 'server-error', latencyMs: 4_000, charge },
    { attempt: 2, code: 'lost-worker', charge },
    { attempt: 3, at: at(30), code: 'answered', latencyMs: 1_500, charge },
  ];
  expect(exportLine(succeeded({ attempts }), undefined, 4)).toMatchObject({
    version: 1,
    startedAt: at(6),
    endedAt: at(30),
    latencyMs: 1_500,
  });
  const given = exportLine(failed({ attempts: attempts.slice(0, 1) }), undefined, 4);
  expect(given).toMatchObject({ startedAt: at(6), endedAt: at(10) });
  expect(given.latencyMs).toBeUndefined();
});

it('tells no times of what was never sent, and names no file of what brought none', () => {
  const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
  const missing = { number: 1, id: 'a', kind: 'text', model: 'openai', attempts: [], cost } as const;
  expect(exportLine({ ...missing, status: 'cancelled' }, undefined, 4)).toEqual({
    version: 1,
    ...missing,
    status: 'cancelled',
  });
});

it('is worth something without its plan', () => {
  const line = exportLine(succeeded(), undefined, 4);
  expect(line).toMatchObject({ ...succeeded(), file: '0001-haiku.txt' });
  expect(line.prompt).toBeUndefined();
});

it('tells of an item of several calls what its last one asked, and of each what it asked', () => {
  const request = (content: string) => ({
    method: 'POST' as const,
    path: '/v1/chat/completions',
    body: JSON.stringify({ model: 'openai', messages: [{ role: 'user', content }] }),
  });
  const { id: _id, request: _request, digest, ...call } = sampleCall();
  const asked = { ...call, lane: 'all' };
  const deferred = { params: {}, scope: {}, timezone: 'UTC' };
  const item: PlannedItem = {
    number: 1,
    id: 'haiku',
    digest,
    steps: [
      { ...asked, id: 'first', needs: [], request: request('one'), digest },
      { ...asked, id: 'last', needs: [0], deferred },
    ],
  };
  const step = (name: string, more: Partial<StepResult> = {}): StepResult => ({
    step: name,
    kind: 'text',
    model: 'openai',
    status: 'succeeded',
    cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
    attempts: 1,
    throttled: 0,
    ...more,
  });
  const line = succeeded({ steps: [step('first'), step('first', { repair: 1 }), step('last')] });
  expect(laterCalls(line, item).map(({ step: name, repair }) => [name, repair])).toEqual([
    ['first', 1],
    ['last', undefined],
  ]);
  const requests = new Map([
    ['first.r1', request('mend it')],
    ['last', request('two')],
  ]);
  const told = exportLine(line, { item, requests }, 4);
  expect(told.prompt).toBe('two');
  expect(told.steps?.map(({ prompt, file }) => [prompt, file])).toEqual([
    ['one', '0001-haiku.first.txt'],
    ['mend it', '0001-haiku.first.txt'],
    ['two', '0001-haiku.last.txt'],
  ]);
  expect(exportLine(line, { item, requests: none }, 4).prompt).toBeUndefined();
});
