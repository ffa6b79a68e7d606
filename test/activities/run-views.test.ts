import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { writeViews, type RunView } from '../../src/activities/run-views.ts';
import { createFigures } from '../../src/gallery/figures.ts';
import type { PageCode } from '../../src/gallery/page-html.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { noMeters } from '../../src/telemetry/meters.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { now, run, samplePlan, succeeded } from '../support/samples.ts';

const plan = samplePlan();
const fold = createReportFold(plan);
fold.add(succeeded());
const closing = {
  run,
  plan,
  report: fold.report('completed', now.toISOString()),
  parts: [],
  figures: createFigures().figures(),
};

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

  it('wait for a store that is away, as the marker does, but for large ones', async () => {
    const store = createMemoryStore();
    const away = new StoreError('store-unavailable', 'the store has gone');
    store.failNext('put', away);
    await expect(writeViews({ store }, closing)).rejects.toMatchObject({ code: 'store-unavailable' });
    store.failNext('put', away);
    expect(await writeViews({ store }, closing, [view('large', () => [file('large')])])).toEqual([]);
  });
});

describe('the gallery of a run', () => {
  const keys = runKeys(run);
  const pageCode = () => Promise.resolve({ script: 'run()', style: '' });

  it('is a page in its folder, with the items of all lanes in order and links to what lies beside it', async () => {
    const store = createMemoryStore();
    const artifact = {
      key: keys.artifact(1, 2, 'lamp', 'png'),
      bytes: 1,
      sha256: 'a',
      contentType: 'image/png',
    };
    const { text: _text, ...image } = succeeded({ number: 2, id: 'lamp', kind: 'image', artifact });
    const bodies = [[succeeded(), succeeded({ number: 3, id: 'third' })], [image]].map((lines) =>
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    for (const [page, body] of bodies.entries()) await store.put(keys.part(page), body, { contentType: '' });
    const pages = bodies.map((_, page) => ({ page, lane: `lane ${page}`, calls: 1 }));
    const written = await writeViews(
      { store, pageCode },
      {
        ...closing,
        plan: samplePlan({ items: 3, pages }),
        parts: bodies.map((body, page) => ({ key: keys.part(page), sha256: sha256(body), items: 1 })),
      },
    );
    const html = store.text(keys.gallery(1)) ?? '';
    expect(written).toContainEqual({ key: keys.gallery(1), sha256: sha256(html) });
    const [, json = ''] = /class="items">(.*)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(json)).toMatchObject([
      { number: 1 },
      { number: 2, link: 'items/00001/0000002-lamp.png' },
      { number: 3 },
    ]);
  });

  it('has the page that leads to the others written last', async () => {
    const store = createMemoryStore();
    const lines = Array.from({ length: 10_001 }, (_, index) =>
      succeeded({ number: index + 1, id: `i${index}` }),
    );
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await store.put(keys.part(0), body, { contentType: '' });
    const parts = [{ key: keys.part(0), sha256: sha256(body), items: lines.length }];
    const whole = samplePlan({ items: lines.length, pages: [{ page: 0, lane: 'all', calls: lines.length }] });
    const written = await writeViews({ store, pageCode }, { ...closing, plan: whole, parts });
    expect(written.map(({ key }) => key)).toEqual([keys.reportText, keys.gallery(2), keys.gallery(1)]);
  });

  it('is left out where it is more than a worker should hold at once', async () => {
    const store = createMemoryStore();
    const large = (): Promise<PageCode> =>
      Promise.resolve({ script: 'x'.repeat(97 * 1024 * 1024), style: '' });
    const written = await writeViews(
      { store, pageCode: large },
      { ...closing, plan: samplePlan({ items: 0 }) },
    );
    expect(written.map(({ key }) => key)).toEqual([keys.reportText]);
  });

  it('is left out where a part is damaged, and the run ends all the same', async () => {
    const store = createMemoryStore();
    await store.put(keys.part(0), 'no line', { contentType: '' });
    const parts = [{ key: keys.part(0), sha256: sha256('other'), items: 1 }];
    const written = await writeViews({ store, pageCode }, { ...closing, parts });
    expect(written.map(({ key }) => key)).toEqual([keys.reportText]);
  });
});
