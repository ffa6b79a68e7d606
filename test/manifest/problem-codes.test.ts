import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { problemCodes, problemCodesMarkdown } from '../../src/manifest/problem-codes.ts';
import { badFiles } from './bad-files.ts';

it('the README’s table of codes is what the program knows', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, block] = /<!-- codes:start -->\n\n([\s\S]*?)\n\n<!-- codes:end -->/.exec(readme) ?? [];
  expect(block).toBe(problemCodesMarkdown());
});

it('every code of the job file is shown by a bad one', () => {
  const shown = new Set(
    badFiles.flatMap(([, , problems]) => problems.map((problem) => problem.split(': ')[1])),
  );
  // What other tests show: bytes, the file's name, and what only the expanded job tells.
  const elsewhere = [
    'file-encoding',
    'file-unreadable',
    'expect-size',
    'source-missing',
    'data-invalid',
    'column-unknown',
    'entry-empty',
    'budget-low',
    'budget-unbounded',
    'value-null',
    'model-kind',
    'model-paid',
    'model-param',
    'model-size',
    'model-unknown',
    'name-invalid',
    'item-limit',
    'item-duplicate',
    'id-duplicate',
    'id-reserved',
    'image-invalid',
    'image-too-large',
    'image-unreadable',
    'schema-invalid',
    'prompt-ill-formed',
    'url-too-long',
  ];
  expect(Object.keys(problemCodes).filter((code) => !shown.has(code) && !elsewhere.includes(code))).toEqual(
    [],
  );
});
