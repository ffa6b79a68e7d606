import { describe, expect, it } from 'vitest';

import { readMeasured } from '../../src/records/measured.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { run, samplePlan } from '../support/samples.ts';

const measured = { kind: 'text', model: 'openai', answers: 1, usage: {}, timed: 1, latencyMs: 5 };

describe('what earlier runs have measured', () => {
  it('is added up by model, without reports that are damaged or of an earlier version', async () => {
    const store = createMemoryStore();
    const bodies = [
      'null',
      '{"measured"',
      '{}',
      '{"measured":7}',
      '{"measured":[null,{"kind":"text","model":"openai"}]}',
      JSON.stringify({ measured: [measured] }),
      JSON.stringify({ measured: [measured] }),
    ];
    const runs = bodies.map((_, index) => ({
      run: { ...run, runId: `bees-000000000${index}` },
      plan: samplePlan(),
      marker: {} as never,
    }));
    for (const [index, body] of bodies.entries()) {
      const at = runs[index]?.run ?? run;
      await store.put(runKeys(at).report, body, { contentType: 'application/json' });
    }
    expect(await readMeasured(store, runs)).toEqual([{ ...measured, answers: 2, timed: 2, latencyMs: 10 }]);
  });
});
