import { expect, it } from 'vitest';

import { parseInfo, parseItems, parseThumbnails } from '../../../src/gallery/page/model/parse.ts';
import { item } from '../support/item.ts';
import { sampleInfo } from '../support/sample-run.ts';

it('reads a run', () => {
  const info = sampleInfo([item({ number: 1 })]);
  expect(parseInfo(JSON.stringify(info))).toEqual({ value: info });
});

it('says what is wrong with data that are gone, garbled or of another version', () => {
  const info = sampleInfo([]);
  expect(parseInfo(undefined).problem).toContain('does not say which run');
  expect(parseInfo('{"runId":').problem).toContain('cannot be read');
  expect(parseInfo('[]').problem).toContain('cannot be read');
  expect(parseInfo(JSON.stringify({ ...info, version: 2 })).problem).toContain('another version');
  expect(parseInfo('{"version":1}').problem).toContain('which run');
});

it('shows a run without the figures that are missing', () => {
  const { figures: _, ended: __, links: ___, ...rest } = sampleInfo([]);
  const { value } = parseInfo(JSON.stringify(rest));
  expect(value?.figures).toEqual({ models: [], latencyBoundsMs: [], failures: [], axes: [] });
  expect(value?.ended.succeeded).toBe(0);
  expect(value?.links).toEqual({ kind: 'relative' });
});

it('leaves items out that are none, and says how many', () => {
  const good = item({ number: 1 });
  const parsed = parseItems(JSON.stringify([good, { number: 'x' }, null]), 3);
  expect(parsed).toEqual({ value: [good], problem: '2 items of block 3 cannot be read.' });
  expect(parseItems('{}', 1)).toEqual({ value: [], problem: 'Block 1 of the items cannot be read.' });
});

it('takes nothing for a thumbnail that is no base64', () => {
  const thumbnails = parseThumbnails('{"1":"UklGR+/=","2":"x\\" onerror=\\"y","3":5}');
  expect([...thumbnails]).toEqual([[1, 'UklGR+/=']]);
  expect(parseThumbnails('garbled').size).toBe(0);
});
