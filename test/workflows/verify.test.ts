import { describe, expect } from 'vitest';

import { verify } from '../../src/commands/bill/verify.ts';
import { createMeter } from '../../src/verify/meter.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { copyRun, type CopiedRun } from '../support/copied-run.ts';
import { test } from '../support/on-servers.ts';
import { corruptions } from '../verify/corruptions.ts';
import { reportCorruptions } from '../verify/report-corruptions.ts';
import { correct, late, lateAfterCorrection, overtaken, plain, spoiltJob } from '../verify/spoiling.ts';

describe('verify', () => {
  test('finds nothing wrong with a run that nobody has touched, and in each that was spoilt just what was', async ({
    open,
  }) => {
    const { submit, finish, session, emulator } = await open();
    const { run } = await submit(spoiltJob);
    await finish(run);
    const original = await copyRun(session.store, run);
    const findingsOf = async ({ store }: CopiedRun): Promise<readonly string[]> => {
      const { findings } = await verifyRun(store, run);
      return [...new Set(findings.map(({ code, object }) => `${code} ${object}`))].sort();
    };

    expect(await verifyRun(original.store, run)).toMatchObject({
      state: 'completed_with_failures',
      items: 6,
      ended: 6,
      objects: original.names().length,
      cost: { settled: emulator.meter().charged, unknown: { count: 0 } },
      findings: [],
    });
    for (const change of [correct, late, lateAfterCorrection, overtaken]) {
      const changed = original.copy();
      change(changed);
      expect(await findingsOf(changed)).toEqual([]);
    }
    const untold = original.copy();
    overtaken(untold);
    untold.set('late/0000001-plain.record.json', undefined);
    expect(await findingsOf(untold)).toEqual([`object-late ${plain}`, `record-changed ${plain}`]);

    const found: Record<string, readonly string[]> = {};
    const expected: Record<string, readonly string[]> = {};
    for (const { title, spoil, found: wanted } of [...corruptions, ...reportCorruptions]) {
      const copy = original.copy();
      expected[title] = wanted(copy)
        .map((finding) => finding.join(' '))
        .sort();
      spoil(copy);
      found[title] = await findingsOf(copy);
    }
    expect(found).toEqual(expected);

    // Whatever has the form of JSON alone is told, or passed over where nothing hangs on it; it ends no check.
    const kinds = /^_FAILED|^(job|plan|report)\.json|(plain|chain)\.record\.json|sum\.step\.json/;
    for (const name of original.names().filter((one) => kinds.test(one.replace(/^.*\//, '')))) {
      const content = JSON.parse(original.text(name)) as object;
      for (const member of Object.keys(content)) {
        const copy = original.copy();
        copy.set(name, JSON.stringify({ ...content, [member]: null }));
        await expect(findingsOf(copy)).resolves.toBeInstanceOf(Array);
      }
    }
  });

  test('holds the bill against what the account has billed, and names the model that drifts', async ({
    open,
  }) => {
    const { submit, finish, session, emulator } = await open();
    const { run } = await submit(`version: 1
name: metered
items:
  - { id: a, text: One, params: { model: gpt-5-mini } }
  - { id: b, image: Two, params: { model: turbo, width: 64, height: 64 } }
`);
    await finish(run);
    const meter = createMeter();
    for (const { model = '', path, charge } of emulator.journal()) {
      if (charge !== '0')
        meter.add({ kind: path.includes('/image/') ? 'image' : 'text', model, pollen: charge });
    }
    const right = await verifyRun(session.store, run, { meter: async () => ({ kind: 'rows', rows: meter }) });
    expect(right.findings).toEqual([]);
    expect(right.meter).toMatchObject([
      { kind: 'text', rows: 1, drift: '0' },
      { kind: 'image', model: 'turbo', rows: 1, drift: '0' },
    ]);
    meter.add({ kind: 'image', model: 'turbo', pollen: '1e-8' });
    const drifted = await verifyRun(session.store, run, {
      meter: async () => ({ kind: 'rows', rows: meter }),
    });
    expect(drifted.findings).toMatchObject([{ code: 'meter-drift', object: 'image model turbo' }]);
    expect(drifted.meter?.[1]).toMatchObject({ rows: 2, drift: '0.00000001' });
    await expect(verify(session, run.runId, { meter: true })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('may not read') as string,
    });
    const later = () => new Date(Date.now() + 31 * 86_400_000);
    await expect(verify(session, run.runId, { meter: true, now: later })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('more than 30 days ago') as string,
    });
    const elsewhere = { ...session, plannedApi: { ...session.plannedApi, id: 'elsewhere' } };
    await expect(verify(elsewhere, run.runId, { meter: true })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('not on elsewhere') as string,
    });
  });
});
