import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect } from 'vitest';

import { openExport } from '../../src/commands/results/export-lines.ts';
import { openaiBatchLines } from '../../src/commands/results/openai-batch.ts';
import { readValidJob } from '../../src/commands/job/read-job.ts';
import { submit } from '../../src/commands/submit/submit.ts';
import type { Marker } from '../../src/records/run-store.ts';
import type { OpenAiBatchLine } from '../../src/report/openai-batch-line.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const jobs = fileURLToPath(new URL('../../jobs/', import.meta.url));
const examples = readdirSync(jobs)
  .filter((file) => /\.(yaml|jsonl)$/.test(file))
  .map((file) => `${jobs}${file}`);
/** The example of the design: every part of the language in one file. */
const productShots = fileURLToPath(new URL('../e2e/product-shots/job.yaml', import.meta.url));

interface Run {
  readonly marker: Marker | undefined;
  readonly results: readonly ResultLine[];
  readonly lines: () => Promise<readonly OpenAiBatchLine[]>;
}

async function runFile(harness: Harness, file: string): Promise<Run> {
  const reading = await readValidJob(file);
  const { run } = await submit(harness.session, reading, {
    isNew: false,
    allowUnpriced: false,
    fresh: false,
  });
  await harness.finish(run);
  const files = harness.files(run);
  const marker = await files.marker();
  return { marker, results: await files.results(), lines };

  async function lines(): Promise<readonly OpenAiBatchLine[]> {
    if (marker === undefined) throw new Error(`${run.runId} has not ended`);
    let text = '';
    const exported = await openExport(harness.session.store, run, marker);
    for await (const chunk of openaiBatchLines(harness.session.store, exported)) text += String(chunk);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as OpenAiBatchLine);
  }
}

describe('the examples', () => {
  test('all run, side by side, to what they promise', async ({ open }) => {
    const harness = await open({ lanes: [{ name: 'all', concurrency: 32 }] });
    const files = [...examples, productShots];
    const runs = await Promise.all(files.map((file) => runFile(harness, file)));
    const of = (name: string): Run => {
      const run = runs[files.findIndex((file) => basename(file) === name)];
      if (run === undefined) throw new Error(`there is no example ${name}`);
      return run;
    };
    const states = files.map((file, at) => `${basename(file)}: ${runs[at]?.marker?.state}`);
    expect(states).toEqual(files.map((file) => `${basename(file)}: completed`));
    const ids = (name: string): readonly string[] => of(name).results.map(({ id }) => id);

    expect(ids('catalogue.yaml')).toEqual([
      'TR-30',
      'WC-05',
      'BH-40',
      'SM-24',
      'GL-07',
      'TW-02',
      'WC-05-picture',
      'BH-40-picture',
      'TW-02-picture',
    ]);
    expect(ids('styles.yaml')).toHaveLength(11 * 2 + 3);
    expect(ids('styles.yaml')).toContain('spring-gouache.s2');
    expect(seedsOf(of('styles.yaml'), 'robin')).toEqual([101, 102, 103]);
    expect(new Set(seedsOf(of('styles.yaml'), 'spring')).size).toBe(6);
    for (const fable of of('fables.yaml').results) {
      expect(fable).toMatchObject({ kind: 'text', status: 'succeeded' });
      expect(fable.steps?.map(({ step, status }) => [step, status])).toEqual(
        ['fable', 'scene', 'picture', 'caption'].map((step) => [step, 'succeeded']),
      );
    }
    for (const review of of('reviews.yaml').results) {
      expect(review).toMatchObject({ status: 'succeeded', json: true });
      const text = review.status === 'succeeded' ? (review.text ?? '') : '';
      expect(Object.keys(JSON.parse(text) as object)).toContain(
        review.id === 'summary' ? 'complaints' : 'sentiment',
      );
    }
    expect(ids('alt-texts.yaml')).toEqual(['visitors', 'sunset', 'crossing', 'compare']);
    expect(pictureCalls(harness)).toEqual({ visitors: 1, sunset: 2, crossing: 2 });
    expect(ids('nightly.yaml')).toEqual(['verse', 'picture']);
    expect(ids('quickstart.yaml')).toHaveLength(12);
    expect(ids('job.yaml').filter((id) => !/^\d+$/.test(id))).toEqual([
      'hero',
      ...['lamp-photo', 'lamp-sketch', 'chair-photo'].flatMap((id) => [`${id}.s1`, `${id}.s2`]),
      'DL-1',
      'FC-2',
    ]);

    const lines = await of('openai-batch.jsonl').lines();
    expect(lines.map(({ custom_id: customId, error }) => [customId, error])).toEqual(
      ['welcome-mail', 'subject lines / spring', 'return-policy', 'header-picture'].map((id) => [id, null]),
    );
    expect(lines[0]?.response?.body).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: expect.any(String) as string } }],
    });
    // A JPEG begins so in base64.
    expect(lines[3]?.response?.body['data']).toEqual([
      { b64_json: expect.stringMatching(/^\/9j\//) as string },
    ]);
  });
});

function seedsOf({ results }: Run, prefix: string): readonly unknown[] {
  return results.flatMap((line) => ('seed' in line && line.id.startsWith(prefix) ? [line.seed] : []));
}

/** How often each picture of the disk was shown, by its bytes as they arrived. */
function pictureCalls({ emulator }: Harness): Readonly<Record<string, number>> {
  const bodies = emulator.journal().flatMap(({ body }) => (body === undefined ? [] : [body]));
  return Object.fromEntries(
    ['visitors', 'sunset', 'crossing'].map((name) => {
      const base64 = readFileSync(`${jobs}alt-texts/${name}.png`).toString('base64');
      return [name, bodies.filter((body) => body.includes(`data:image/png;base64,${base64}`)).length];
    }),
  );
}
