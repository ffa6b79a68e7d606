import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { runViews, writeViews, type RunView } from '../../src/activities/run-views.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { noMeters } from '../../src/telemetry/meters.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { now, run, samplePlan, succeeded } from '../support/samples.ts';

const plan = samplePlan();
const fold = createReportFold(plan);
fold.add(succeeded());
const closing = { run, plan, report: fold.report('completed', now.toISOString()) };

function view(name: string, files: RunView['files']): RunView {
  return { name, files };
}
const file = (key: string, body = key) => ({ key, body, contentType: 'text/html' });

describe('the views of a run', () => {
  it('are written with the sha256 of each file, the same each time', async () => {
    const stores = [createMemoryStore(), createMemoryStore()] as const;
    const [first, again] = await Promise.all(stores.map((store) => writeViews({ store }, closing)));
    expect(first).toEqual(again);
    const [key = ''] = stores[0].keys();
    expect(key).toMatch(/\/report\.md$/);
    expect(first).toEqual([{ key, sha256: sha256(stores[0].text(key) ?? '') }]);
    expect(runViews.map(({ name }) => name)).toContain('report.md');
  });

  it('are left out where they cannot be made, and the log says so without what was answered', async () => {
    const store = createMemoryStore();
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    const views = [
      view('broken', function* broken() {
        yield file('half');
        throw new TypeError('no such member in "a secret prompt"');
      }),
      view('refused', () => {
        throw new StoreError('store-rejected', 'too large');
      }),
      view('good', () => [file('good')]),
    ];
    const written = await writeViews({ store, telemetry: { meters: noMeters, logger } }, closing, views);
    expect(written.map(({ key }) => key)).toEqual(['half', 'good']);
    expect(store.keys()).toEqual(['half', 'good']);
    expect(lines.map((line) => (JSON.parse(line) as { view: string }).view)).toEqual(['broken', 'refused']);
    expect(lines.join('')).not.toContain('secret');
  });

  it('wait for a store that is away, as the marker does', async () => {
    const store = createMemoryStore();
    store.failNext('put', new StoreError('store-unavailable', 'the store has gone'));
    await expect(writeViews({ store }, closing)).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
