import { expect, it } from 'vitest';

import { resultColumns } from '../../../src/report/export/columns.ts';
import { collectVars } from '../../../src/report/export/var-columns.ts';
import { exportLine, type ExportLine } from '../../../src/report/export/export-line.ts';
import { failed, sampleCall, succeeded } from '../../support/samples.ts';

const planned = {
  item: sampleCall({ request: { method: 'GET', path: '/image/A%20lamp?width=64' } }),
  requests: new Map(),
};

it('are never the same twice, and are said in a sentence each', () => {
  const names = resultColumns.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { about } of resultColumns) expect(about).toMatch(/^[`A-Z].*\.$/);
});

it('fill the required ones of every item, however it ended', () => {
  const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
  const missing = { number: 2, id: 'b', kind: 'text', model: 'openai', attempts: [], cost } as const;
  for (const line of [
    succeeded(),
    failed(),
    { ...missing, status: 'cancelled' as const },
    { ...missing, status: 'expired' as const },
  ]) {
    const row = exportLine(line, undefined, 4);
    for (const { name, isRequired, cell } of resultColumns) {
      if (isRequired) expect([name, cell(row)]).not.toEqual([name, undefined]);
    }
  }
});

it('are of the result, without the small picture that an older worker may have left in it', () => {
  const sealed = { ...succeeded(), thumbnail: 'UklGRg==' };
  expect(exportLine(sealed, undefined, 4)).not.toHaveProperty('thumbnail');
});

it('have one for each variable that any item has, in the order in which they came', () => {
  const vars = collectVars();
  vars.add({ vars: { colour: 'red', size: 2 } });
  vars.add({});
  vars.add({ vars: { shape: ['round'], colour: 'blue', constructor: true } });
  const row = exportLine(succeeded({ vars: { size: 2, shape: ['round'] } }), planned, 4);
  expect(vars.columns().map(({ name, cell }) => [name, cell(row)])).toEqual([
    ['var_colour', undefined],
    ['var_size', '2'],
    ['var_shape', '["round"]'],
    ['var_constructor', undefined],
  ]);
});

it('leave variables in one column where they are more than a table should be wide', () => {
  const vars = collectVars();
  for (let number = 0; number < 201; number += 1) vars.add({ vars: { [`v${number}`]: number } });
  expect(vars.columns()).toEqual([]);
});

it('count tries that were told to slow down, and tokens, but no pictures that were made', () => {
  const usage = {
    promptTextTokens: 10,
    promptCachedTokens: 5,
    promptImageTokens: 900,
    completionTextTokens: 20,
    completionImageTokens: 1,
    completionAudioSeconds: 3,
  };
  const row = exportLine(succeeded({ throttled: 3, usage }), planned, 4);
  expect(cellsOf(row)).toMatchObject({
    attempts: 4,
    throttled: 3,
    prompt_tokens: 915,
    completion_tokens: 20,
    prompt: 'A lamp',
    params: { width: 64 },
    cost: 5000n,
  });
});

it('have the whole answer where it is more than a text, and the calls of an item that has several', () => {
  const message = { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] };
  const row = exportLine(succeeded({ message, finishReason: 'tool_calls' }), planned, 4);
  expect(cellsOf(row)).toMatchObject({ message, finish_reason: 'tool_calls' });
  expect(cellsOf(row)['steps']).toBeUndefined();
});

function cellsOf(row: ExportLine): Readonly<Record<string, unknown>> {
  return Object.fromEntries(resultColumns.map(({ name, cell }) => [name, cell(row)]));
}
