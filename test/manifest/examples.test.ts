import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { jobJsonSchema } from '../../src/manifest/json-schema.ts';
import type { Job } from '../../src/manifest/job.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { paramNames, paramProblems } from '../../src/pollinations/params.ts';
import { promptProblem } from '../../src/pollinations/prompt-problem.ts';

const folder = new URL('../../jobs/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const examples = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

const jobOf = (file: string): Job => {
  const loaded = loadJob(read(file), file, { paramProblems, promptProblem });
  expect(loaded).toMatchObject({ warnings: [] });
  return (loaded as { readonly job: Job }).job;
};

it('the checked-in editor schema is what the language says (else: npx tsx src/cli.ts schema > jobs/job.schema.json)', () => {
  expect(read('job.schema.json')).toBe(jobJsonSchema(paramNames));
});

it.each(examples)(
  'the example %s points editors to the schema and is a job that the API’s rules accept',
  (file) => {
    expect(read(file).split('\n', 1)[0]).toBe('# yaml-language-server: $schema=./job.schema.json');
    expect(`${jobOf(file).name}.yaml`).toBe(file);
  },
);

it('the quickstart shows texts, images, shorthands and chats in about a dozen items', () => {
  const items = jobOf('quickstart.yaml').entries.flatMap(({ steps }) => steps);
  expect(items.filter(({ kind }) => kind === 'text')).toHaveLength(8);
  expect(items.filter(({ kind }) => kind === 'image')).toHaveLength(4);
});
