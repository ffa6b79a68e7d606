import { describe, expect, it } from 'vitest';

import type { LateAttempts } from '../../src/records/late.ts';
import type { AttemptRecord, StepResult } from '../../src/records/record.ts';
import { costOf } from '../../src/records/tally.ts';
import { resultLine, tallyLine } from '../../src/report/result-line.ts';
import { withLate } from '../../src/report/with-late.ts';
import { now, run, sampleCall, succeeded } from '../support/samples.ts';

const at = now.toISOString();
const hole: AttemptRecord = {
  attempt: 1,
  code: 'lost-worker',
  charge: { amount: '0.5', certainty: 'unknown' },
};
const answered: AttemptRecord = {
  attempt: 2,
  at,
  code: 'answered',
  charge: { amount: '0.002', certainty: 'exact' },
};
const duplicate: AttemptRecord = { ...answered, attempt: 1, code: 'duplicate' };

function late(attempts: readonly AttemptRecord[], changes: Partial<LateAttempts> = {}): LateAttempts {
  const { runId } = run;
  const item = { number: 1, id: 'haiku', kind: 'text', model: 'openai' } as const;
  return { version: 1, runId, ...item, attempts, cost: costOf(attempts), ...changes };
}

const cost = { settled: '0.002', unknown: { count: 1, atMost: '0.5' } };
const line = succeeded({ attempts: [hole, answered], cost });

describe('a result with what came late to its item', () => {
  it('is itself where nothing did', () => {
    expect(withLate(line, undefined)).toBe(line);
  });

  it('has the late attempt where only a hole was, with the charge that is known now', () => {
    expect(withLate(line, [late([duplicate])])).toEqual({
      ...line,
      attempts: [duplicate, answered],
      cost: { settled: '0.004', unknown: { count: 0, atMost: '0' } },
    });
  });

  it('has it once, however often it is added', () => {
    const once = withLate(line, [late([duplicate])]);
    expect(withLate(once, [late([duplicate]), late([duplicate])])).toEqual(once);
  });

  it('lists it besides where another attempt had its number, as after a run that was taken up again', () => {
    const other = { ...duplicate, attempt: 2, at: '2026-01-02T03:09:00.000Z' };
    expect(withLate(line, [late([other])])).toMatchObject({
      attempts: [hole, answered, other],
      cost: { settled: '0.004', unknown: { count: 1, atMost: '0.5' } },
    });
  });

  it('tells what a cancelled item has cost after all', () => {
    const kept = { attempts: [hole], cost: { settled: '0', unknown: { count: 1, atMost: '0.5' } } };
    const cancelled = resultLine(sampleCall(), undefined, kept);
    const free = { ...hole, charge: { amount: '0', certainty: 'free' as const } };
    const told = withLate(cancelled, [late([free, answered])]);
    expect(told).toMatchObject({ status: 'cancelled', cost: { settled: '0.002', unknown: { count: 0 } } });
    expect(tallyLine(told)).toMatchObject({ cancelled: 1, settled: '0.002' });
  });

  it('counts for the step that it is of, and for one that has left nothing else', () => {
    const step: StepResult = {
      step: 'list',
      index: 1,
      kind: 'text',
      model: 'openai',
      status: 'succeeded',
      cost,
      attempts: 2,
      throttled: 0,
    };
    const part = { step: 'list', index: 1 };
    const inPart = [hole, answered].map((attempt) => ({ ...attempt, ...part, model: 'openai' }));
    const chain = { ...line, attempts: inPart, steps: [step] };
    const told = withLate(chain, [
      late([duplicate], { part }),
      late([answered], { part: { step: 'draw' }, kind: 'image', model: 'flux' }),
    ]);
    expect(told.attempts).toMatchObject([
      { step: 'list', index: 1, code: 'duplicate' },
      { step: 'list', index: 1, code: 'answered' },
      { step: 'draw', model: 'flux', code: 'answered' },
    ]);
    expect(told.steps).toMatchObject([
      { step: 'list', cost: { settled: '0.004' } },
      { step: 'draw', model: 'flux', status: 'cancelled', attempts: 1, cost: { settled: '0.002' } },
    ]);
    expect(told.cost).toMatchObject({ settled: '0.006' });
  });
});
