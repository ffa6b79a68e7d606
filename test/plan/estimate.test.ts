import { describe, expect, it } from 'vitest';

import { createEstimator, type EstimatorInput, type ModelEstimate } from '../../src/plan/estimate.ts';
import type { PlannedChain, PlannedItem, PlannedStep } from '../../src/plan/plan.ts';
import { prices, sampleCall } from '../support/samples.ts';

const unpriced = { atLeast: '0', likely: '0', atMost: '0' };

function text(prompt: string, maxTokens?: number, changes: Parameters<typeof sampleCall>[0] = {}) {
  const body = JSON.stringify({
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    messages: [{ role: 'user', content: prompt }],
  });
  const request = { method: 'POST', path: '/v1/chat/completions', body } as const;
  return sampleCall({ request, maximum: maxTokens === undefined ? null : '0.5', ...changes });
}

const picture = sampleCall({
  kind: 'image',
  model: 'flux',
  request: { method: 'GET', path: '/image/a%20lamp' },
  maximum: '0.002',
});

function estimate(items: readonly PlannedItem[], changes: Partial<EstimatorInput> = {}) {
  const estimator = createEstimator({ prices, rounding: 'once', ...changes });
  for (const item of items) estimator.add(item);
  return estimator;
}

function chain(steps: readonly Partial<PlannedStep>[]): PlannedChain {
  const { digest: _digest, id: _id, number: _number, ...call } = picture;
  return {
    number: 1,
    id: 'chain',
    digest: 'c'.repeat(64),
    steps: steps.map((step, index): PlannedStep => ({
      ...call,
      digest: 'd',
      id: `step${index}`,
      lane: 'all',
      needs: [],
      ...step,
    })),
  };
}

describe('an estimate', () => {
  it('takes the list price of an image for certain', () => {
    expect(estimate([picture, picture]).total()).toEqual({
      atLeast: '0.004',
      likely: '0.004',
      atMost: '0.004',
      unbounded: 0,
      unknown: 0,
      free: 0,
    });
  });

  it('is nothing at least of what the API may have seen, where it answers such bytes from its cache', () => {
    const shared = { ...picture, shared: true as const };
    expect(estimate([shared, picture], { replays: true }).total()).toMatchObject({
      atLeast: '0.002',
      likely: '0.004',
      atMost: '0.004',
    });
    expect(estimate([shared, picture]).total()).toMatchObject({ atLeast: '0.004' });
  });

  it('takes four bytes of a prompt for a token, sixteen at least, and half of `max_tokens` for the answer', () => {
    // 40 bytes are 10 tokens at 0.000001, and 3 at least; the answer is 1 token at least, and 50 likely, at 0.000002.
    expect(estimate([text('0123456789'.repeat(4), 100)]).total()).toMatchObject({
      atLeast: '0.000005',
      likely: '0.00011',
      atMost: '0.5',
    });
  });

  it('says of how many calls nothing tells the likely price, or the highest', () => {
    const estimator = estimate([text('One bee'), text('Two bees'), text('Three bees', 10)]);
    expect(estimator.total()).toMatchObject({ unknown: 2, unbounded: 2, atMost: '0.5' });
  });

  it('takes what past runs have measured for likely, at the prices of today', () => {
    const measured = [
      {
        kind: 'text' as const,
        model: 'openai',
        answers: 4,
        usage: { promptTextTokens: 40, completionTextTokens: 800 },
        timed: 0,
        latencyMs: 0,
      },
    ];
    expect(estimate([text('One bee')], { measured }).total()).toMatchObject({
      likely: '0.00041',
      unknown: 0,
    });
    // Another model's figures say nothing.
    expect(estimate([text('One', undefined, { model: 'other' })], { measured }).total()).toMatchObject({
      unknown: 1,
    });
  });

  it('never takes more for likely than a call can cost', () => {
    const usage = { completionTextTokens: 1_000_000 };
    const measured = [{ kind: 'text' as const, model: 'openai', answers: 1, usage, timed: 0, latencyMs: 0 }];
    expect(estimate([text('One bee', 10)], { measured }).total()).toMatchObject({ likely: '0.5' });
    expect(estimate([text('One bee', 10, { maximum: '0.000001' })]).total()).toMatchObject({
      atLeast: '0.000001',
      likely: '0.000001',
    });
  });

  it('counts free calls, at no price', () => {
    const free = text('One bee', undefined, { model: 'free', maximum: '0' });
    expect(estimate([free]).total()).toEqual({ ...unpriced, unbounded: 0, unknown: 0, free: 1 });
  });

  it('counts a model without a price as one that may cost anything', () => {
    const unknown = text('One bee', 10, { model: 'new', maximum: null });
    expect(estimate([unknown]).total()).toEqual({ ...unpriced, unbounded: 1, unknown: 1, free: 0 });
  });

  it('does not guess at pictures in a prompt', () => {
    const body = JSON.stringify({
      max_tokens: 10,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example' } }] }],
    });
    const request = { method: 'POST', path: '/v1/chat/completions', body } as const;
    expect(estimate([sampleCall({ request, maximum: null })]).total()).toMatchObject({ unknown: 1 });
  });

  it('takes the calls of a chain: lists as long as they may be, repairs for the worst alone', () => {
    const item = chain([{ repair: 2 }, { forEach: { step: 0, path: [], max: 20 } }]);
    const estimator = estimate([item]);
    expect(estimator.total()).toMatchObject({ atLeast: '0.002', likely: '0.042', atMost: '0.046' });
    expect(estimator.models()).toMatchObject([{ model: 'flux', calls: 21 }]);
  });

  it('counts what is taken over from earlier runs at nothing', () => {
    const taken = { ...picture, reuse: { runId: 'bees-0a1b2c3d4e', key: 'a.record.json' } };
    expect(estimate([taken, picture]).models()).toEqual<ModelEstimate[]>([
      {
        kind: 'image',
        model: 'flux',
        calls: 1,
        reused: 1,
        atLeast: '0.002',
        likely: '0.002',
        atMost: '0.002',
        unbounded: 0,
        unknown: 0,
        free: 0,
      },
    ]);
  });
});
