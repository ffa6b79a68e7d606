import { describe, expect, it } from 'vitest';

import type { LateAttempts } from '../../src/records/late.ts';
import type { AttemptRecord, StepResult } from '../../src/records/record.ts';
import { costOf } from '../../src/records/tally.ts';
import { resultLine, tallyLine, type ResultLine } from '../../src/report/result-line.ts';
import { withLate } from '../../src/report/with-late.ts';
import { withLate as verifiedWithLate } from '../../src/verify/late.ts';
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

/** As `verify` does it. */
function laidOver(own: ResultLine, attempts: readonly AttemptRecord[]): ResultLine {
  return verifiedWithLate(own, [
    { ...late(attempts), object: 'late/0000001-haiku.record.json', stored: now },
  ]);
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

  it('fills the hole of a call that was given up, though it had been told to slow down before', () => {
    const kept = { attempts: [hole], cost: costOf([hole]) };
    const cancelled = resultLine(sampleCall(), undefined, kept);
    const third = { ...answered, attempt: 3 };
    const told = { attempts: [third], cost: { settled: '0.002', unknown: { count: 0, atMost: '0' } } };
    expect(withLate(cancelled, [late([third])])).toMatchObject(told);
    expect(laidOver(cancelled, [third])).toMatchObject(told);
    // It knows of that hole itself, and so it is another attempt than the one that left it.
    const both = { attempts: [hole, third], cost: { settled: '0.002', unknown: { count: 1 } } };
    expect(withLate(cancelled, [late([hole, third])])).toMatchObject(both);
    expect(laidOver(cancelled, [hole, third])).toMatchObject(both);
    // An item with a result has made its attempts by itself.
    expect(withLate(line, [late([third])]).attempts).toEqual([hole, answered, third]);
    expect(laidOver(line, [third]).attempts).toEqual([hole, answered, third]);
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
