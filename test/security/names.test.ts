import { describe, expect, it } from 'vitest';

import { loadJob } from '../../src/manifest/load-job.ts';
import type { Problem } from '../../src/manifest/problem.ts';
import { expandBatch } from '../../src/plan/batch/expand-batch.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { expandJob } from '../../src/plan/expand/expand-job.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { dataFiles } from '../support/data-files.ts';
import { run } from '../support/samples.ts';
import { hostileNames } from './hostile-names.ts';

interface Found {
  readonly ids: readonly (string | undefined)[];
  readonly problems: readonly Problem[];
}

/** Items of a job, or what is wrong with it: nothing is planned, and so nothing spent, where anything is. */
async function read(job: object, files: Readonly<Record<string, string>> = {}): Promise<Found> {
  const loaded = loadJob(JSON.stringify({ version: 1, name: 'bees', ...job }), 'job.yaml', jobChecks);
  if ('problems' in loaded) return { ids: [], problems: loaded.problems };
  const context = {
    file: 'job.yaml',
    placeOf: loaded.placeOf,
    time: '2026-11-25T23:30:00Z',
    checks: jobChecks,
  };
  const ids: (string | undefined)[] = [];
  const problems: Problem[] = [];
  for await (const one of expandJob(loaded.job, { ...context, files: dataFiles(files, 1_000) })) {
    if (one.kind === 'item') ids.push(one.item.id);
    if (one.kind === 'problem') problems.push(one.problem);
  }
  return { ids, problems };
}

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Ways in which a name becomes an item's id. */
const ways: Readonly<Record<string, (name: string) => Promise<Found>>> = {
  'the job file': (name) => read({ items: [{ id: name, text: 'Hi' }] }),
  'a template': (name) => read({ vars: { name }, items: [{ id: '{{ name }}', text: 'Hi' }] }),
  'an axis of a matrix': (name) =>
    read({ matrix: { name: [name] }, items: [{ id: '{{ name }}', text: 'Hi' }] }),
  'a column of a table': (name) =>
    read(
      { items: [{ from: 'c.csv', id: '{{ row.sku }}', text: 'Hi' }] },
      { 'c.csv': `sku,b\n${cell(name)},1\n` },
    ),
  'a row of JSON': (name) =>
    read(
      { items: [{ from: 'c.jsonl', id: '{{ row.sku }}', text: 'Hi' }] },
      { 'c.jsonl': `${JSON.stringify({ sku: name })}\n` },
    ),
};

/** What may be part of keys and file names everywhere. */
const safe = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

describe.each(Object.entries(ways))('an id out of %s', (way, find) => {
  it('is refused with its place, or can be part of any name', async () => {
    let refused = 0;
    for (const name of hostileNames) {
      const { ids, problems } = await find(name);
      for (const { file, line, column, code, message } of problems) {
        expect(file).toMatch(/^(job\.yaml|c\.(csv|jsonl))$/);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(column === undefined ? 1 : column).toBeGreaterThanOrEqual(1);
        expect(code).toMatch(/^[a-z-]+$/);
        // What is said of it is said in plain words.
        // oxlint-disable-next-line no-control-regex
        expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(message.length).toBeLessThan(600);
      }
      if (problems.length > 0) refused += 1;
      for (const id of problems.length > 0 ? [] : ids) {
        if (id === undefined) continue;
        expect(id).toMatch(safe);
        expect(id).not.toMatch(device);
        expect(runKeys(run).record(0, 1, id)).toBe(
          `${runKeys(run).root}items/00000/0000001-${id}.record.json`,
        );
      }
    }
    // Spaces around a cell or a template are nobody's own.
    expect(refused, way).toBeGreaterThanOrEqual(300);
  });

  it('is told apart from its twins of another case, or written out of other letters', async () => {
    const twins = await read({
      items: [
        { id: 'Lamp', text: 'Hi' },
        { id: 'lAMP', text: 'Hi' },
      ],
    });
    expect(twins.problems).toMatchObject([{ code: 'id-duplicate', line: 1 }]);
    for (const name of ['caf\u00E9', 'cafe\u0301', '\u212Aelvin', 'ſ']) {
      expect((await find(name)).problems.length, name).toBeGreaterThan(0);
    }
  });
});

it('there are 300 names and more, all different', () => {
  expect(new Set(hostileNames).size).toBe(hostileNames.length);
  expect(hostileNames.length).toBeGreaterThanOrEqual(300);
});

it('a name of a job is refused with its place, or can be part of any name', () => {
  let refused = 0;
  for (const name of hostileNames) {
    const loaded = loadJob(
      JSON.stringify({ version: 1, name, items: [{ text: 'Hi' }] }),
      'job.yaml',
      jobChecks,
    );
    if ('problems' in loaded) {
      refused += 1;
      for (const problem of loaded.problems)
        expect(problem).toMatchObject({ file: 'job.yaml', line: 1, column: expect.any(Number) });
    } else {
      expect(loaded.job.name ?? '').toMatch(/^$|^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
    }
  }
  expect(refused).toBeGreaterThanOrEqual(300);
});

it('names of vars, axes, steps and labels are refused with their place where they could be no part of a key or a template', () => {
  for (const name of hostileNames) {
    for (const job of [
      { vars: { [name]: 'x' }, items: [{ text: 'Hi' }] },
      { items: [{ matrix: { [name]: ['x'] }, text: 'Hi' }] },
      { labels: { [name]: 'x' }, items: [{ text: 'Hi' }] },
      {
        items: [
          {
            id: 'a',
            steps: [
              { id: name, text: 'Hi' },
              { id: 'last', text: 'Ho' },
            ],
          },
        ],
      },
    ]) {
      const loaded = loadJob(JSON.stringify({ version: 1, name: 'bees', ...job }), 'job.yaml', jobChecks);
      if ('problems' in loaded)
        expect(loaded.problems[0]).toMatchObject({ file: 'job.yaml', line: 1, column: expect.any(Number) });
      // A label of two words is fine where no key is made of it.
      else expect(name).toMatch(/^[\w.-]+$/);
    }
  }
});

it('a custom_id of an OpenAI batch is an id where it can be one, and else data beside the number', async () => {
  const names = hostileNames.filter(
    (name) => name !== '' && name.length <= 512 && !/\p{Surrogate}/u.test(name),
  );
  const line = (name: string): string =>
    JSON.stringify({
      custom_id: name,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'a', messages: [{ role: 'user', content: 'Hi' }] },
    });
  const bytes = Buffer.from(names.map((name) => `${line(name)}\n`).join(''));
  const customIds: string[] = [];
  const files = dataFiles({ 'x.jsonl': bytes }, 10_000);
  for await (const one of expandBatch(
    { path: 'x.jsonl', sha256: sha256(bytes) },
    { file: 'x.jsonl', files, checks: jobChecks },
  )) {
    if (one.kind !== 'item') throw new Error(JSON.stringify(one));
    const { id, number, customId } = one.item;
    const name = id ?? String(number);
    expect(name).toMatch(safe);
    expect(name).not.toMatch(device);
    customIds.push(customId ?? name);
  }
  expect(customIds).toEqual(names);
  for (const wrong of hostileNames.filter((name) => !names.includes(name))) {
    const text = Buffer.from(`${line(wrong)}\n`);
    const found: unknown[] = [];
    for await (const one of expandBatch(
      { path: 'x.jsonl', sha256: sha256(text) },
      { file: 'x.jsonl', files: dataFiles({ 'x.jsonl': text }, 1_000_000), checks: jobChecks },
    )) {
      found.push(one.kind === 'problem' ? one.problem.code : one.kind);
    }
    expect(found, wrong.slice(0, 20)).toHaveLength(1);
    expect(found[0]).toMatch(/^(value-invalid|text-ill-formed)$/);
  }
});
