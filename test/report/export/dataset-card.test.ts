import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { resultColumns } from '../../../src/report/export/columns.ts';
import { datasetCard } from '../../../src/report/export/dataset-card.ts';
import { featureMetadata } from '../../../src/report/export/dataset-features.ts';
import { collectVars } from '../../../src/report/export/var-columns.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import type { Marker } from '../../../src/records/run-store.ts';
import { oddTexts } from '../../support/odd-texts.ts';
import { now, run, samplePlan } from '../../support/samples.ts';

const marker: Marker = {
  version: 1,
  runId: run.runId,
  state: 'completed',
  endedAt: now.toISOString(),
  tally: emptyTally,
  marker: '',
  parts: [],
};

interface FrontMatter {
  readonly pretty_name: string;
  readonly size_categories: readonly string[];
  readonly license?: string;
  readonly dataset_info: { readonly features: readonly { readonly name: string; readonly dtype: string }[] };
}

function cardOf(
  text: string,
  count = 3,
): { readonly front: FrontMatter; readonly text: string; readonly body: string } {
  const vars = collectVars();
  vars.add({ vars: { [text]: 1 } });
  const card = datasetCard({
    marker,
    plan: samplePlan({ job: text, description: text, api: { ...samplePlan().api, id: text } }),
    statuses: { succeeded: count },
    models: [text],
    kinds: new Set(['image']),
    columns: [...resultColumns, ...vars.columns()],
    bytes: 1,
  });
  const [, yaml = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card) ?? [];
  // As Python reads it.
  return { front: parse(yaml, { version: '1.1' }) as FrontMatter, text: yaml, body };
}

it.each(oddTexts)('is not broken by a name: %j', (text) => {
  const { front, text: yaml, body } = cardOf(text);
  const whole = text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  expect(front.pretty_name).toBe(whole);
  expect(front.license).toBeUndefined();
  expect(front.dataset_info.features.at(-2)).toEqual({ name: `var_${whole}`, dtype: 'string' });
  expect(front.dataset_info.features.at(-1)).toEqual({ name: 'image', dtype: 'image' });
  expect(yaml).toMatch(/^[\n -~]*$/);
  expect(body).not.toContain('<script>');
  expect(body.split('\n').filter((line) => line === '---')).toEqual([]);
});

it.each([
  [999, 'n<1K'],
  [1_000, '1K<n<10K'],
  [10_000, '10K<n<100K'],
  [100_000, '100K<n<1M'],
])('tells how large it is: %i', (count, size) => {
  expect(cardOf('bees', count).front.size_categories).toEqual([size]);
});

it('has the same features as its files', () => {
  const { features } = (
    JSON.parse(featureMetadata(resultColumns, true).huggingface) as {
      readonly info: { readonly features: Readonly<Record<string, { readonly dtype?: string }>> };
    }
  ).info;
  expect(Object.keys(features)).toEqual([...resultColumns.map(({ name }) => name), 'image']);
  expect(features['image']).toEqual({ _type: 'Image' });
  expect(features['cost']).toEqual({ dtype: 'decimal128(18, 8)', _type: 'Value' });
});
