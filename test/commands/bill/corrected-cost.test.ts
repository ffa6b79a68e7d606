import { describe, expect, it } from 'vitest';

import { correctReport, readCorrectedCost } from '../../../src/commands/bill/corrected-cost.ts';
import { readEnding } from '../../../src/commands/runs/ending.ts';
import type { AttemptRecord } from '../../../src/records/record.ts';
import type { Report } from '../../../src/report/report.ts';
import { runKeys } from '../../../src/storage/keys.ts';
import { endRun } from '../../support/end-run.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { run, succeeded } from '../../support/samples.ts';

const json = { contentType: 'application/json' };
const at = '2026-01-02T03:04:00.000Z';
const exact = (amount: string) => ({ amount, certainty: 'exact' }) as const;
const costOf = (settled: string) => ({ settled, unknown: { count: 0, atMost: '0' } });

function answered(number: number, amount: string, kind: 'text' | 'image' = 'text') {
  const attempts: readonly AttemptRecord[] = [{ attempt: 1, at, code: 'answered', charge: exact(amount) }];
  return succeeded({ number, kind, attempts, cost: costOf(amount) });
}

const late = {
  version: 1,
  runId: run.runId,
  number: 1,
  id: 'haiku',
  kind: 'text',
  model: 'openai',
  attempts: [{ attempt: 2, at: '2026-01-02T03:20:00.000Z', code: 'duplicate', charge: exact('0.02') }],
  cost: costOf('0.02'),
};

async function ended() {
  const store = createMemoryStore();
  const marker = await endRun(store, run, { from: at, to: at }, [
    answered(1, '0.5'),
    answered(2, '0.001', 'image'),
  ]);
  const report = await store.get(runKeys(run).report);
  return { store, marker, report: JSON.parse(Buffer.from(report?.body ?? '').toString()) as Report };
}

describe('what an ended run has come to', () => {
  it('is what its marker says where nothing came after it, or what came is counted there', async () => {
    const { store, marker } = await ended();
    expect(await readEnding(store, run, marker, undefined)).not.toHaveProperty('corrected');
    await store.put(`${runKeys(run).latePrefix}0000001-a.attempt.json`, JSON.stringify(late), json);
    const counted = { ...marker, tally: { ...marker.tally, settled: '0.521' } };
    expect(await readEnding(store, run, counted, undefined)).not.toHaveProperty('corrected');
  });

  it('counts an answer that came after the marker, in all and for its model of its kind', async () => {
    const { store, marker, report } = await ended();
    await store.put(`${runKeys(run).latePrefix}0000001-a.attempt.json`, JSON.stringify(late), json);
    const ending = await readEnding(store, run, marker, undefined);
    expect(ending).toMatchObject({
      tally: { settled: '0.521', succeeded: 2 },
      corrected: { corrections: 0 },
    });
    const corrected = await readCorrectedCost(store, run, marker);
    if (corrected === undefined) throw new Error('nothing came late');
    expect(corrected).not.toHaveProperty('assumes');
    const { models, tally } = correctReport(report, corrected);
    expect(tally.settled).toBe('0.521');
    expect(models.map(({ kind, model, items, tally: own }) => [kind, model, items, own.settled])).toEqual([
      ['text', 'openai', 1, '0.52'],
      ['image', 'openai', 1, '0.001'],
    ]);
    const more = correctReport({ ...report, models: report.models.slice(1) }, corrected).models;
    expect(more.map(({ kind, items, tally: own }) => [kind, items, own.settled])).toEqual([
      ['image', 1, '0.001'],
      ['text', 0, '0.52'],
    ]);
  });

  it('says what corrections rest on', async () => {
    const { store, marker } = await ended();
    await store.put(runKeys(run).correction(1), JSON.stringify({ version: 1, settled: [] }), json);
    expect(await readCorrectedCost(store, run, marker)).toMatchObject({
      corrections: 1,
      assumes: 'sole-use',
    });
  });
});
