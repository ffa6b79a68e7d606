import { expect, it } from 'vitest';

import { namesOthers, relocate, sealMoved } from '../../../src/commands/results/relocate.ts';

const from = 'runs/bees/bees-0a1b2c3d4e/';
const to = 'archive/bees/bees-0a1b2c3d4e/';
const moved = (name: string, value: unknown): unknown =>
  JSON.parse(Buffer.from(relocate(name, Buffer.from(JSON.stringify(value)), from, to)).toString('utf8'));

it.each([
  'items/00000/0000001-a.record.json',
  'items/00000/0000001-a.draw.2.step.json',
  'items/00000/0000001-a.draw.request.json',
  'late/0000001-a.record.json',
  'results/part-00000.jsonl',
  'errors.jsonl',
  '_SUCCESS',
])('has new keys in %s, and nothing else', (name) => {
  const line = (root: string) => ({
    key: `${root}items/00000/0000001-a.record.json`,
    artifact: { key: `${root}items/00000/0000001-a.png` },
    parent: { key: 'runs/bees/bees-ffffffffff/items/00000/0000001-a.png' },
    text: `"key":"${from}x" and ${from}`,
    quoted: JSON.stringify({ key: `${from}x` }),
  });
  expect(moved(name, line(from))).toEqual(line(to));
});

it.each([
  'items/00000/0000001-a.json',
  'items/00000/0000001-a.png',
  'plan/plan.json',
  'plan/0123456789/page-00000.jsonl',
  'job.json',
  'inputs/record.json',
  'late/0000001-a.json',
])('leaves %s as it is: its digest must stay', (name) => {
  expect(namesOthers(name)).toBe(false);
  expect(moved(name, { key: `${from}x` })).toEqual({ key: `${from}x` });
});

it('has a marker that vouches for what was moved', () => {
  const marker = { parts: [{ key: 'a', sha256: '1', items: 1 }], files: [{ key: 'b', sha256: '2' }] };
  const sealed = sealMoved(Buffer.from(JSON.stringify(marker)), new Map([['a', '3']]));
  expect(JSON.parse(Buffer.from(sealed).toString('utf8'))).toEqual({
    parts: [{ key: 'a', sha256: '3', items: 1 }],
    files: [{ key: 'b', sha256: '2' }],
  });
});
