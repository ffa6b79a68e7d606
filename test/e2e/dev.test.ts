import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readAddresses } from '../../src/local/address-file.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { createDevDesk, jobOf, readLines, type Command, type Desk } from './product.ts';

let desk: Desk;
let dev: Command;

beforeAll(async () => {
  ({ desk, dev } = await createDevDesk({ POLLEN_BATCH_RPS: '8' }));
}, 120_000);
afterAll(async () => desk?.[Symbol.asyncDispose]());

async function submitted(name: string, texts: number): Promise<string> {
  const { stdout } = await desk.runWith({ input: jobOf(name, texts) }, 'submit', '-');
  return stdout.trim();
}

describe('beside a local stack that runs', { timeout: 180_000 }, () => {
  it('submits, lists, shows and watches a run, with nothing but data on stdout', async () => {
    const file = await desk.file('small.yaml', jobOf('small', 8));
    const submit = await desk.run('submit', file, '-o', 'json');
    expect(submit.code).toBe(0);
    const { runId, status } = JSON.parse(submit.stdout) as { runId: string; status: string };
    expect(status).toBe('started');
    expect(submit.stderr).toContain('The API is emulated');

    const watch = await desk.run('watch', runId, '-o', 'json');
    expect(watch.code).toBe(0);
    expect(JSON.parse(watch.stdout)).toMatchObject({ runId, state: 'completed', tally: { succeeded: 8 } });

    const get = await desk.run('get', runId, '-o', 'json');
    expect([get.code, get.stderr]).toEqual([0, '']);
    expect(JSON.parse(get.stdout)).toMatchObject({
      runId,
      state: 'completed',
      plan: { items: 8 },
      report: { certainty: 'exact' },
    });

    const list = await desk.run('list', '-o', 'json');
    expect([list.code, list.stderr]).toEqual([0, '']);
    expect(JSON.parse(list.stdout)).toContainEqual(
      expect.objectContaining({ runId, job: 'small', state: 'completed', items: 8, emulated: true }),
    );
    const results = await desk.run('results', runId, '--out', 'copies', '-o', 'json');
    expect([results.code, results.stderr]).toEqual([
      0,
      expect.stringContaining('8 files copied, 0 there already'),
    ]);
    expect(JSON.parse(results.stdout)).toMatchObject({
      runId,
      state: 'completed',
      folder: `copies/${runId}`,
      copied: 8,
    });
    expect(await readLines(desk.folder, 'copies', runId, 'results.jsonl')).toHaveLength(8);
    const again = await desk.run('results', runId, '--out', 'copies');
    expect(again.stdout).toBe(`copies/${runId}\n`);
    expect(again.stderr).toContain('0 files copied, 8 there already');

    const verify = await desk.run('verify', runId, '--meter', '-o', 'json');
    expect(verify.code).toBe(0);
    expect(JSON.parse(verify.stdout)).toMatchObject({
      state: 'completed',
      ended: 8,
      meter: [{ rows: 8, drift: '0' }],
      findings: [],
    });

    const table = await desk.run('list');
    expect(table.stdout.split('\n')[0]).toMatch(/^RUN +STATE +ITEMS +POLLEN +STARTED +API$/);
    expect(table.stdout).toContain(runId);
  });

  it('explains items, prints what has happened in a run, and follows one to its end', async () => {
    const file = await desk.file(
      'told.yaml',
      `version: 1
name: told
defaults: { text: { max_tokens: 30 } }
items:
  - { id: good, text: A bee }
  - { id: bad, text: 'A wasp [[fault:400]]' }
  - prompts: [one, two, three, four, five, six, seven, eight, nine, ten]
`,
    );
    const runId = (await desk.run('submit', file)).stdout.trim();
    const followed = await desk.run('logs', runId, '-f');
    expect([followed.code, followed.stderr]).toEqual([0, '']);
    const lines = followed.stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[run\] planned: 12 items$/);
    expect(lines.filter((line) => / succeeded: /.test(line))).toHaveLength(11);
    expect(lines.at(-1)).toContain('[run] completed with failures: 11 succeeded, 1 failed; ');

    const json = await desk.run('logs', runId, '--failed', '-o', 'json');
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      expect.objectContaining({ kind: 'attempt', id: 'bad' }),
      expect.objectContaining({ kind: 'item', id: 'bad', status: 'failed' }),
    ]);

    const text = await desk.run('explain', runId, 'bad');
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(/^bad: failed \(item 2 of /);
    expect(text.stdout).toContain('\nWhy: bad-request: ');
    expect(text.stdout).toContain('A wasp');
    expect(text.stdout).toContain('0000002-bad.record.json');
    const data = await desk.run('explain', runId, '1', '-o', 'json');
    expect(JSON.parse(data.stdout)).toMatchObject({
      runId,
      id: 'good',
      state: 'succeeded',
      certainty: 'exact',
      calls: [{ request: { method: 'POST' }, attempts: [{ code: 'answered', fate: 'kept' }] }],
      objects: [{ kind: 'record', uri: expect.stringContaining('s3://') }],
    });
    const wrong = await desk.run('explain', runId, 'goood');
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('has no item "goood"\nDid you mean good?');
  });

  it('leaves the run going when Ctrl-C ends its log', async () => {
    const runId = await submitted('logged', 120);
    const log = desk.start(['logs', runId, '-f']);
    await vi.waitFor(() => expect(log.stdout()).toContain(' succeeded: '), {
      timeout: 90_000,
      interval: 100,
    });
    log.interrupt();
    expect(await log.exited).toBe(130);
    expect(log.stderr()).toContain(`The run goes on. Come back with \`pollen-batch logs ${runId} -f\`.`);
    expect((await desk.run('watch', runId)).code).toBe(0);
  });

  it('submits a job once, and again only with --new', async () => {
    const file = await desk.file('twice.yaml', jobOf('twice', 2));
    const first = await desk.run('submit', file);
    const second = await desk.run('submit', file);
    expect(second.stdout).toBe(first.stdout);
    const third = await desk.run('submit', '--new', file);
    expect(third.stdout).toBe(`${first.stdout.trim()}-r2\n`);
  });

  it('makes a run of a table, a folder of texts and an object of a bucket, from submit to results', async () => {
    const { store } = (await readAddresses(`${desk.folder}/.pollen-batch`)) ?? {};
    if (store === undefined) throw new Error('the stack has no addresses');
    await desk.file('goods.csv', 'sku,name\nlamp,A desk lamp\nmug,"A mug, blue"\n');
    await mkdir(join(desk.folder, 'notes'));
    await desk.file('notes/a.txt', 'About ants\n');
    await desk.file('notes/b.txt', 'About bees\n');
    const bucket = createS3Store({ ...store, maxConcurrency: 1 });
    const rows = '{"sku":"rose","name":"A rose"}\n{"sku":"lily","name":"A lily"}\n';
    await bucket.createBucket();
    await bucket.put('given/flowers.jsonl', rows, { contentType: 'application/x-ndjson' });
    bucket.close();
    const file = await desk.file(
      'data.yaml',
      `version: 1
name: data
defaults: { text: { max_tokens: 30 } }
items:
  - { from: goods.csv, id: '{{ row.sku }}', text: 'One line about {{ row.name }}' }
  - { from: 'notes/*.txt', text: 'One line: {{ row.text | strip }}' }
  - { from: 's3://${store.bucket}/given/flowers.jsonl', id: '{{ row.sku }}', text: 'One line about {{ row.name }}' }
`,
    );
    const submit = await desk.run('submit', file);
    expect([submit.code, submit.stdout]).toEqual([0, expect.stringMatching(/^data-[0-9a-f]{10}\n$/)]);
    const runId = submit.stdout.trim();
    expect((await desk.run('watch', runId)).code).toBe(0);
    expect((await desk.run('results', runId, '--out', 'copies')).code).toBe(0);

    const lines = await readLines<ResultLine>(desk.folder, 'copies', runId, 'results.jsonl');
    expect(lines.map(({ id, status }) => `${id} ${status}`)).toEqual(
      ['lamp', 'mug', '3', '4', 'rose', 'lily'].map((id) => `${id} succeeded`),
    );
    const journal = await readLines<{ body?: string }>(desk.folder, '.pollen-batch/emulator.jsonl');
    const prompts = journal.flatMap(({ body = '' }) => /One line[^"]*/.exec(body) ?? []);
    expect(prompts.sort()).toEqual(
      [
        ...['A desk lamp', 'A lily', 'A mug, blue', 'A rose'].map((name) => `One line about ${name}`),
        'One line: About ants',
        'One line: About bees',
      ].sort(),
    );
    // The same data is the same run; another row is another.
    expect((await desk.run('submit', file)).stdout).toBe(submit.stdout);
    await desk.file('goods.csv', 'sku,name\nlamp,A desk lamp\nmug,"A mug, red"\n');
    const other = await desk.run('submit', file);
    expect(other.stdout).toMatch(/^data-[0-9a-f]{10}\n$/);
    expect(other.stdout).not.toBe(submit.stdout);
  });

  it('leaves the run going when Ctrl-C ends a watch, and comes back to it', async () => {
    const runId = await submitted('left', 120);
    const watch = desk.start(['watch', runId]);
    await watch.untilSaid(/^[1-9]\d*\/120 · /m);
    watch.interrupt();
    expect(await watch.exited).toBe(130);
    expect(watch.stderr()).toContain(`The run goes on. Come back with \`pollen-batch watch ${runId}\`.`);
    expect(watch.stdout()).toBe('');

    expect((await desk.run('suspend', runId)).code).toBe(0);
    const early = await desk.run('results', runId);
    expect([early.code, early.stdout]).toEqual([2, '']);
    expect(early.stderr).toContain(`usage: run ${runId} has not ended`);
    expect(early.stderr).toContain(`pollen-batch watch ${runId}`);
    expect((await desk.run('resume', runId)).code).toBe(0);

    const again = await desk.run('watch', runId);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('120 succeeded');
  });

  it('leaves the run going when Ctrl-C ends a submit that watches', async () => {
    const file = await desk.file('leaving.yaml', jobOf('leaving', 32));
    const submit = desk.start(['submit', '--watch', file, '-o', 'json']);
    await submit.untilSaid(/^[1-9]\d*\/32 · /m);
    submit.interrupt();
    expect(await submit.exited).toBe(130);
    const { runId, state } = JSON.parse(submit.stdout()) as { runId: string; state: string };
    expect(state).toBe('running');
    expect((await desk.run('watch', runId)).code).toBe(0);
  });

  it('counts the progress of a run up to its end', async () => {
    const file = await desk.file('counted.yaml', jobOf('counted', 48));
    const { stdout, stderr } = await desk.run('submit', '--watch', file);
    expect(stdout).toMatch(/^[a-z][\w-]*-[0-9a-f]{10}\n$/);
    const counts = [...stderr.matchAll(/^(\d+)\/48 · /gm)].map((match) => Number(match[1]));
    expect(counts.length).toBeGreaterThan(1);
    expect(counts).toEqual([...counts].sort((left, right) => left - right));
    // Eight start a second, a look is taken every two, and few are in flight.
    expect(Math.max(...counts)).toBeGreaterThan(24);
  });

  it('says only how a run has ended with --quiet, and what comes next', async () => {
    const file = await desk.file('hushed.yaml', jobOf('hushed', 4));
    const { code, stdout, stderr } = await desk.run('submit', '--watch', file, '--quiet');
    const runId = stdout.trim();
    expect([code, stderr.split(':')[0]]).toEqual([0, runId]);
    expect(stderr).toContain(': completed. 4 succeeded');
    expect(stderr).toContain(`/workflows/job%2F${runId}\n`);
    expect(stderr).toMatch(/\nNext:\n {2}pollen-batch results \S+\n {2}pollen-batch bill \S+\n$/);

    const wrong = await desk.run('watch', 'none-0123456789', '--quiet');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('not-found')]);
  });

  it('exits with 3 when items failed, and says which and why', async () => {
    const file = await desk.file(
      'failing.yaml',
      'version: 1\nitems:\n  - { id: good, text: Hello, params: { model: openai, max_tokens: 9 } }\n' +
        '  - { id: bad, text: Hello, params: { model: no-such-model } }\n',
    );
    const refused = await desk.run('submit', file);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain(
      'failing.yaml:4:46: model-unknown: the API has no text model "no-such-model"',
    );

    const { code, stderr } = await desk.run('submit', file, '--allow-unpriced', '--watch');
    expect(stderr).toContain('completed with failures. 1 succeeded, 1 failed');
    expect(stderr).toMatch(/^ {2}bad: [\w-]+: /m);
    expect(stderr).toMatch(/^ {2}pollen-batch explain failing-\S+ bad$/m);
    expect(code).toBe(3);
  });

  it('links to results that a browser of this machine can open', async ({ skip }) => {
    const addresses = await readAddresses(`${desk.folder}/.pollen-batch`);
    if (addresses?.store.publicUrl === undefined) return skip('MinIO shows no files without a password');
    const runId = await submitted('linked', 2);
    expect((await desk.run('watch', runId)).code).toBe(0);
    const connection = await Connection.connect({ address: addresses.temporal.address });
    const run = new Client({ connection }).workflow.getHandle(runWorkflowId(runId));
    const { currentDetails } = await run.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    await connection.close();
    const links = [...currentDetails.matchAll(/\]\((http[^)]+)\)/g)].map((match) => match[1] ?? '');
    expect(links).toHaveLength(5);
    const answers = await Promise.all(links.map(async (link) => (await fetch(link)).status));
    expect(answers).toEqual([200, 200, 200, 200, 200]);
  });

  it('logs a failed item with its code, and nothing of a throttle', async () => {
    const file = await desk.file(
      'throttled.yaml',
      'version: 1\nname: throttled\nitems:\n  - { id: slow, text: "Slow [[fault:429:2]]" }\n  - { id: bad, text: "Bad [[fault:422]]" }\n',
    );
    const { code, stderr } = await desk.run('submit', file, '--watch');
    expect([code, stderr]).toEqual([3, expect.stringContaining('1 succeeded, 1 failed')]);
    const log = await readLines<{ level: number; workflowId?: string; error?: { type: string } }>(
      desk.folder,
      '.pollen-batch/logs/worker.log',
    );
    const loud = log.filter(({ level, workflowId }) => level > 30 && workflowId?.startsWith('job/throttled'));
    expect(loud.map(({ error }) => error?.type)).toEqual(['content-policy']);
  });

  it('exits with 6 when the run is stopped', async () => {
    const runId = await submitted('stopping', 600);
    const watch = desk.start(['watch', runId]);
    await watch.untilSaid(/^[1-9]\d*\/600 · /m);
    const addresses = await readAddresses(`${desk.folder}/.pollen-batch`);
    const connection = await Connection.connect({ address: addresses?.temporal.address ?? '' });
    await new Client({ connection }).workflow.getHandle(runWorkflowId(runId)).cancel();
    await connection.close();
    expect(await watch.exited).toBe(6);
    expect(watch.stderr()).toMatch(/stopped\. \d+ succeeded, \d+ cancelled/);
  });

  it.each([['get'], ['watch'], ['results']])(
    'tells %s of a run that is not there, with exit code 2',
    async (verb) => {
      const { code, stdout, stderr } = await desk.run(verb, 'none-0123456789');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('not-found: there is no run none-0123456789');
    },
  );

  it('lets no second stack use the same folder', async () => {
    const { code, stderr } = await desk.run('dev');
    expect(code).toBe(2);
    expect(stderr).toContain('Another stack already uses');
  });

  it('ends the whole stack at Ctrl-C', async () => {
    const addresses = await readAddresses(`${desk.folder}/.pollen-batch`);
    dev.interrupt();
    expect(await dev.exited).toBe(0);
    expect(dev.stdout()).toBe('');
    expect(await readAddresses(`${desk.folder}/.pollen-batch`)).toBeUndefined();
    await expect(fetch(addresses?.store.endpoint ?? '')).rejects.toThrow('fetch failed');
  });
});
