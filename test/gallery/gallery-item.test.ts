import { expect, it } from 'vitest';

import { galleryItem } from '../../src/gallery/gallery-item.ts';
import { exportLine } from '../../src/report/export/export-line.ts';
import type { RecordLine } from '../../src/report/result-line.ts';
import { failed, sampleCall, succeeded } from '../support/samples.ts';

const itemOf = (record: RecordLine, linkOf = ({ key }: { readonly key: string }) => `to/${key}`) =>
  galleryItem(exportLine(record, undefined, 4), linkOf);

it('has a short text whole, and of a long one the start and where the rest is', async () => {
  expect(await itemOf({ ...succeeded(), key: 'k.record.json' })).toMatchObject({ text: 'A bee, a bloom' });
  expect(await itemOf({ ...succeeded(), key: 'k.record.json' })).not.toHaveProperty('link');
  const text = `${'x'.repeat(4_095)}\u{1f41d}`;
  const item = await itemOf({ ...succeeded({ text }), key: 'k.record.json' });
  expect(item).toMatchObject({ cut: true, link: 'to/k.record.json' });
  expect(item.text).toBe('x'.repeat(4_095));
});

it('links to the object of an image, and to those of its steps', async () => {
  const artifact = (key: string) => ({
    key,
    bytes: 4,
    sha256: 'a'.repeat(64),
    contentType: 'image/png',
    width: 2,
    height: 3,
  });
  const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
  const { text: _text, ...record } = succeeded({ kind: 'image', artifact: artifact('b.png') });
  const step = {
    kind: 'image',
    model: 'flux',
    status: 'succeeded',
    attempts: 1,
    throttled: 0,
    cost,
  } as const;
  const steps = [{ ...step, step: 'draw', index: 1, artifact: artifact('a.png') }];
  expect(await itemOf({ ...record, steps })).toMatchObject({
    link: 'to/b.png',
    contentType: 'image/png',
    width: 2,
    height: 3,
    steps: [{ name: 'draw.1', link: 'to/a.png', cost: '0' }],
  });
});

it('tells what went wrong, what was answered instead, and what nobody knows to be charged', async () => {
  const cost = { settled: '0.1', unknown: { count: 1, atMost: null } };
  const item = await itemOf(failed({ answer: 'no JSON', cost, throttled: 2 }));
  expect(item).toMatchObject({
    status: 'failed',
    text: 'no JSON',
    fault: { code: 'bad-request' },
    cost: '0.1',
    unknown: cost.unknown,
    attempts: 3,
    throttled: 2,
  });
});

it('is no larger than a page of 10,000 can bear, whatever was asked for', async () => {
  const long = '\u{1f41d}'.repeat(100_000);
  const body = JSON.stringify({ model: 'openai', messages: [{ role: 'user', content: long }], stop: [long] });
  const request = { method: 'POST', path: '/v1/chat/completions', body } as const;
  const planned = { item: sampleCall({ request }), requests: new Map() };
  const fault = { code: 'bad-request', message: long, remedy: 'Correct it.' };
  for (const record of [succeeded({ text: long, vars: { long } }), failed({ fault, answer: long })]) {
    const item = await galleryItem(exportLine(record, planned, 4), ({ key }) => key);
    expect(JSON.stringify(item).length).toBeLessThan(20_000);
    expect(item.prompt).toMatch(/…$/);
  }
});

it('leaves out what is not there, so that a page of 10,000 is not larger than it must be', async () => {
  const item = await itemOf(succeeded());
  expect(Object.values(item)).not.toContain(undefined);
  expect(Object.keys(item)).toEqual([
    'number',
    'id',
    'status',
    'kind',
    'model',
    'text',
    'bytes',
    'sha256',
    'cost',
    'attempts',
  ]);
});
