import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJobFile } from '../../src/manifest/decode-job-file.ts';
import { load } from './api-rules.ts';
import { badFiles } from './bad-files.ts';

const seeds = [
  readFileSync(new URL('../../jobs/quickstart.yaml', import.meta.url), 'utf8'),
  readFileSync(new URL('../../jobs/fables.yaml', import.meta.url), 'utf8'),
  ...badFiles.map(([, text]) => text).filter((text) => text.length < 2_000),
];

/** Whatever the bytes, there is a job with items or at least one problem with a place in the file. */
function expectAnswer(bytes: Uint8Array): void {
  const decoded = decodeJobFile(bytes, 'job.yaml');
  const loaded = 'text' in decoded ? load(decoded.text) : decoded;
  if ('job' in loaded) {
    expect(loaded.job.entries.length).toBeGreaterThan(0);
    return;
  }
  const lines = bytes.filter((byte) => byte === 0x0a).length + 1;
  expect(loaded.problems.length).toBeGreaterThan(0);
  for (const { line, column, message } of loaded.problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  }
}

const words = 'version items text image prompts messages params id 1 a << ~ .inf \\ud800 🐝 \uFEFF ` @'.split(
  ' ',
);
const marks =
  `: |:|- |? |[|]|{|}|, |"|'|>|&a |*a|!x |! |!!str |%YAML 1.1\n|---\n|...\n|# c\n|\n|\n  |\n    |\t|\r\n|\r`.split(
    '|',
  );
const tokens = fc.constantFrom(...words, ...marks, '|');

describe('any file at all', () => {
  it('of random bytes is answered', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), expectAnswer), { numRuns: 2_000 });
  });

  it('of random YAML tokens is answered', () => {
    const text = fc.array(tokens, { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(fc.property(text, expectAnswer), { numRuns: 5_000 });
  });

  it('of a real job with bytes changed, cut out or doubled is answered', () => {
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat(8),
      put: fc.oneof(fc.uint8Array({ maxLength: 4 }), tokens),
    });
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }))
      .map(([seed, edits]) => {
        let bytes = Buffer.from(seed);
        for (const { at, drop, put } of edits) {
          const start = at % (bytes.length + 1);
          bytes = Buffer.concat([
            bytes.subarray(0, start),
            Buffer.from(put as string),
            bytes.subarray(start + drop),
          ]);
        }
        return bytes;
      });
    fc.assert(fc.property(mutated, expectAnswer), { numRuns: 3_000 });
  });

  it('of any JSON is answered, and its prompts come back as they were', () => {
    const prompt = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => text.trim() !== '' && text !== '..');
    fc.assert(
      fc.property(fc.json(), (text) => expectAnswer(Buffer.from(text))),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.array(prompt, { minLength: 1, maxLength: 5 }), (prompts) => {
        const text = JSON.stringify({ version: 1, items: [{ prompts, kind: 'image' }] });
        const loaded = load(text.replaceAll('\0', String.raw`\0`));
        expect(
          'job' in loaded &&
            loaded.job.entries.map(({ steps: [step] }) => step?.kind === 'image' && step.prompt),
        ).toEqual(prompts);
      }),
      { numRuns: 2_000 },
    );
  });
});
