import { expect, it } from 'vitest';

import { gatesOf } from '../../src/activities/gates-of.ts';
import { samplePlan } from '../support/samples.ts';

const createdAt = '2026-11-26T10:00:00.000Z';
const at = '2026-11-26T10:05:00.000Z';

it('tells a run when it ends: so long after it was planned, or as people have set it last', () => {
  const plan = samplePlan({ createdAt, deadline: 3_600_000 });
  expect(gatesOf(plan, [])).toEqual({ endsAt: '2026-11-26T11:00:00.000Z' });
  expect(gatesOf(samplePlan({ createdAt }), [])).toEqual({});
  const set = (endsAt: string | null) => ({ version: 1, at, kind: 'deadline', endsAt }) as const;
  expect(gatesOf(plan, [set('2026-11-26T12:00:00.000Z'), set(at)])).toEqual({ endsAt: at });
  expect(gatesOf(plan, [set(at), set(null)])).toEqual({});
  expect(gatesOf(samplePlan({ createdAt }), [set(at)])).toEqual({ endsAt: at });
});

it('tells a run of its canary, and whether somebody has let the others go on', () => {
  const canary = { items: 3, approve: 'manual', maxFailureRate: 0 } as const;
  const failFast = { rate: 0.5, window: 20 };
  const plan = samplePlan({ canary, failFast });
  expect(gatesOf(plan, [])).toEqual({ canary, failFast });
  expect(gatesOf(plan, [{ version: 1, at, kind: 'approve' }])).toEqual({ canary, failFast, approved: true });
});
