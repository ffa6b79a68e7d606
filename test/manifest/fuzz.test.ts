import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJobFile } from '../../src/manifest/decode-job-file.ts';
import { problemCodes } from '../../src/manifest/problem-codes.ts';
import { load } from './api-rules.ts';
import { badFiles } from './bad-files.ts';

/** A job that says a bit of everything. */
const language = readFileSync(new URL('language.yaml', import.meta.url), 'utf8');

const jobs = new URL('../../jobs/', import.meta.url);

const samples = [
  ...readdirSync(jobs)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(new URL(name, jobs), 'utf8')),
  language,
  ...badFiles.map(([, text]) => text).filter((text) => text.length < 2_000),
];

/** Whatever the bytes, there is a job with items or at least one problem with a place in the file. */
function expectAnswer(bytes: Uint8Array): void {
  const before = process.cpuUsage();
  const decoded = decodeJobFile(bytes, 'job.yaml');
  const loaded = 'text' in decoded ? load(decoded.text) : decoded;
  expect(process.cpuUsage(before).user).toBeLessThan(1e6);
  if ('job' in loaded) {
    expect(loaded.job.entries.length).toBeGreaterThan(0);
    return;
  }
  const lines = bytes.filter((byte) => byte === 0x0a).length + 1;
  expect(loaded.problems.length).toBeGreaterThan(0);
  for (const { line, column, code, message } of loaded.problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(problemCodes).toHaveProperty(code);
    expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  }
}

const words =
  'version items text image prompts messages params id matrix from select steps forEach needs vars output extra seed 1 a {{sample}} {{ {%if}} row.x ../a.csv << ~ .inf \\ud800 🐝 \uFEFF ` @'.split(
    ' ',
  );
const marks =
  `: |:|- |? |[|]|{|}|, |"|'|>|&a |*a|!x |! |!!str |%YAML 1.1\n|---\n|...\n|# c\n|\n|\n  |\n    |\t|\r\n|\r`.split(
    '|',
  );
const tokens = fc.constantFrom(...words, ...marks, '|');

/** Another one each time; named in the title, so that a failure can be had again. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

describe(`any file at all (FUZZ_SEED=${seed})`, { timeout: 60_000 }, () => {
  it('of random bytes is answered', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), expectAnswer), { seed, numRuns: 1_500 });
  });

  it('of random YAML tokens is answered', () => {
    const text = fc.array(tokens, { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(fc.property(text, expectAnswer), { seed, numRuns: 4_000 });
  });

  it('of a real job with bytes changed, cut out or doubled is answered', () => {
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat(8),
      put: fc.oneof(fc.uint8Array({ maxLength: 4 }), tokens),
    });
    const mutated = fc
      .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 6 }))
      .map(([sample, edits]) => {
        let bytes = Buffer.from(sample);
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
    fc.assert(fc.property(mutated, expectAnswer), { seed, numRuns: 4_000 });
  });

  it('of any JSON is answered, and its prompts come back as they were', () => {
    const prompt = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => text.trim() !== '' && text !== '..');
    fc.assert(
      fc.property(fc.json(), (text) => expectAnswer(Buffer.from(text))),
      { seed, numRuns: 500 },
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
      { seed, numRuns: 500 },
    );
  });
});
