import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readAddresses } from '../../src/local/address-file.ts';
import type { OpenAiBatchLine } from '../../src/report/openai-batch-line.ts';
import type { ExportLine } from '../../src/report/export/export-line.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { workerEnvironment } from '../../src/local/product-stack.ts';
import { createDevDesk, readLines, type Desk } from './product.ts';

const job = `version: 1
name: shop
defaults: { text: { model: openai } }
items:
  - id: 'poem-{{ colour }}'
    matrix: { colour: [red, blue] }
    text: '=A poem, "{{ colour }}"'
    params: { max_tokens: 30 }
  - id: lamp
    image: A lamp
    params: { width: 64, height: 64 }
  - { id: bad, text: "[[fault:422]] no", params: { max_tokens: 9 } }
  - id: chain
    steps:
      - { id: caption, text: A caption, params: { max_tokens: 9 } }
      - { id: more, text: "More of {{ steps.caption.text }}", params: { max_tokens: 9 } }
`;

let desk: Desk;
let runId: string;

beforeAll(async () => {
  ({ desk } = await createDevDesk());
  const { stdout, stderr } = await desk.run('submit', await desk.file('shop.yaml', job));
  runId = stdout.trim();
  if (runId === '') throw new Error(stderr);
  await desk.run('wait', runId);
}, 180_000);
afterAll(async () => desk?.[Symbol.asyncDispose]());

const results = (...flags: readonly string[]) => desk.run('results', runId, ...flags);

/** The lines of a JSONL that was printed. */
function printed(text: string): readonly unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('results', { timeout: 240_000 }, () => {
  it('are all files of the run where nothing else is said, named by number and id', async () => {
    const { code, stdout, stderr } = await results();
    expect([code, stdout]).toEqual([0, `out/${runId}\n`]);
    expect(stderr).toContain('6 files copied, 0 there already');
    const folder = join(desk.folder, 'out', runId);
    expect((await readdir(join(folder, 'items'))).sort()).toEqual([
      '0001-poem-red.txt',
      '0002-poem-blue.txt',
      '0003-lamp.jpg',
      '0005-chain.caption.txt',
      '0005-chain.more.txt',
      '0005-chain.txt',
    ]);
    const [poem, , lamp, bad, chain] = await readLines<ExportLine>(folder, 'results.jsonl');
    expect(poem).toMatchObject({
      version: 1,
      number: 1,
      id: 'poem-red',
      vars: { colour: 'red' },
      prompt: '=A poem, "red"',
      params: { max_tokens: 30 },
      file: '0001-poem-red.txt',
      startedAt: expect.stringMatching(/Z$/),
      latencyMs: expect.any(Number),
    });
    expect(lamp).toMatchObject({
      model: 'flux',
      prompt: 'A lamp',
      params: { width: 64, height: 64 },
      artifact: { contentType: 'image/jpeg', width: 64 },
    });
    expect(bad).toMatchObject({ status: 'failed', prompt: '[[fault:422]] no' });
    // What a later step sent is known only since the one before has answered.
    const [caption, more] = chain?.steps ?? [];
    expect(more).toMatchObject({ prompt: `More of ${caption?.text}`, file: '0005-chain.more.txt' });
    expect(chain).toMatchObject({ prompt: `More of ${caption?.text}` });
  });

  it('are one file in each format, in the folder of the run or where it is named', async () => {
    const names = { jsonl: 'results.jsonl', csv: 'results.csv', parquet: 'results.parquet' };
    for (const [format, name] of Object.entries(names)) {
      const { code, stdout, stderr } = await results('--format', format, '--out', 'one');
      expect([code, stdout, stderr]).toEqual([0, `one/${runId}/${name}\n`, '']);
    }
    const { stdout } = await results('--format', 'parquet', '--out', 'new/shop.parquet', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ runId, state: 'completed_with_failures' });
    const parquet = await readFile(join(desk.folder, 'new/shop.parquet'));
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    expect(parquet).toEqual(await readFile(join(desk.folder, 'one', runId, 'results.parquet')));
    const csv = await readFile(join(desk.folder, 'one', runId, 'results.csv'), 'utf8');
    expect(csv).toContain(`"'=A poem, ""red"""`);
    const withItems = await results('--format', 'csv', '--with-artifacts', '--out', 'both');
    expect(withItems.code).toBe(0);
    expect((await readdir(join(desk.folder, 'both', runId))).sort()).toEqual(['items', 'results.csv']);
  });

  it('are printed, and are those that were asked for', async () => {
    const idsOf = async (...flags: readonly string[]) => {
      const { code, stdout, stderr } = await results('--format', 'jsonl', '--out', '-', ...flags);
      expect([code, stderr]).toEqual([0, '']);
      return (printed(stdout) as readonly ExportLine[]).map(({ id }) => id);
    };
    expect(await idsOf()).toEqual(['poem-red', 'poem-blue', 'lamp', 'bad', 'chain']);
    expect(await idsOf('--select', 'failed')).toEqual(['bad']);
    expect(await idsOf('--select', 'failed', '--select', 'id=lamp')).toEqual(['lamp', 'bad']);
    const none = await results('--format', 'csv', '--out', '-', '--select', 'expired');
    expect([none.code, none.stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
    const batch = await results('--format', 'openai-batch', '--out', '-');
    expect(
      (printed(batch.stdout) as readonly OpenAiBatchLine[]).map(
        (line) => line.response?.status_code ?? line.error?.code,
      ),
    ).toEqual([200, 200, 200, 'content-policy', 200]);
  });

  it.each([
    [['--select', 'success'], '--select cannot be "success"', 'Give one of succeeded, failed'],
    [['--select', 'id=nobody'], 'the run has no item "nobody"', 'custom_id'],
    [['--format', 'xml'], "argument 'xml' is invalid", 'files, gallery, jsonl, csv, parquet, openai-batch'],
    [['--out', '-'], 'files cannot be printed', '--format jsonl --out -'],
    [['--format', 'gallery', '--out', '-'], 'files cannot be printed', 'Give a folder'],
    [['--links', 'presigned'], 'only a gallery has links', '--format gallery --links presigned'],
    [['--format', 'gallery', '--expires', '1h'], 'only signed ones expire', '--expires 24h'],
    [['--expires', '8d'], '--expires', 'stores allow 7d at most'],
    [['--dataset', '--out', '-'], 'files cannot be printed', 'Give a folder'],
    [['--dataset', '--format', 'csv'], "'--dataset' cannot be used with option '--format", ''],
    [['--to', 's3://x/y', '--select', 'failed'], "'--to <url>' cannot be used with option '--select", ''],
    [['--to', 'https://x'], '--to cannot be "https://x"', 'Give s3://bucket'],
    [['--format', 'csv', '--out', 'a b.csv'], '"a b.csv" is no name for a file', 'letters, digits'],
  ])('refuse what cannot be, and say what can: %s', async (flags, message, remedy) => {
    const { code, stdout, stderr } = await results(...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });

  it('are a page, by itself with signed links or with the files that it links to', async () => {
    const signed = await results('--format', 'gallery', '--links', 'presigned', '--expires', '2h');
    expect([signed.code, signed.stdout]).toEqual([0, `out/${runId}/index.html\n`]);
    expect(signed.stderr).toMatch(
      /links to, until 20\S+Z\. Its links lead to http:\/\/127\S+, which is this machine alone\.$/m,
    );
    const page = await readFile(join(desk.folder, 'out', runId, 'index.html'), 'utf8');
    expect(page).toContain('X-Amz-Expires=7200');
    const whole = await results('--format', 'gallery', '--with-artifacts', '--out', 'page');
    expect([whole.code, whole.stdout]).toEqual([0, `page/${runId}/index.html\n`]);
    expect((await readdir(join(desk.folder, 'page', runId))).sort()).toEqual(['index.html', 'items']);
    expect(await readFile(join(desk.folder, 'page', runId, 'index.html'), 'utf8')).toContain(
      '"items/0003-lamp.jpg"',
    );
  });

  it('are shown in the browser until Ctrl-C', async () => {
    const command = desk.start(['open', '@latest', '--no-browser']);
    await command.untilSaid('Ctrl-C ends it.');
    const url = command.stdout().trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    expect(await (await fetch(url)).text()).toContain(`<title>shop: ${runId}</title>`);
    command.interrupt();
    expect(await command.exited).toBe(0);
    const taken = desk.start(['open', runId, '--no-browser', '--port', '65536']);
    expect(await taken.exited).toBe(2);
  });

  it('are a dataset, with images and a card', async () => {
    const { code, stdout, stderr } = await results('--dataset');
    expect([code, stdout]).toEqual([0, `out/${runId}/dataset\n`]);
    expect(stderr).toContain('5 rows and 1 image in 1 Parquet file, with a card.');
    const folder = join(desk.folder, 'out', runId, 'dataset');
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      'README.md',
      'data',
      'data/train-00000-of-00001.parquet',
      'images',
      'images/0003-lamp.jpg',
    ]);
    const card = await readFile(join(folder, 'README.md'), 'utf8');
    expect(card).toContain('the API was emulated');
    expect(card).toContain('4 succeeded, 1 failed');
  });

  it('are copied to another bucket, where the run is as good as here', async () => {
    const addresses = await readAddresses(`${desk.folder}/.pollen-batch`);
    if (addresses === undefined) throw new Error('the stack has no addresses');
    const missing = await results('--to', 's3://archive/2026');
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain('there is no bucket archive');
    const bucket = createS3Store({ ...addresses.store, bucket: 'archive', maxConcurrency: 1 });
    await bucket.createBucket();
    bucket.close();

    const { code, stdout, stderr } = await results('--to', 's3://archive/2026');
    expect([code, stdout]).toEqual([0, `s3://archive/emulated/2026/shop/${runId}/\n`]);
    expect(stderr).toContain('S3_BUCKET=archive and S3_PREFIX=2026');
    const environment = { ...workerEnvironment(addresses), S3_BUCKET: 'archive', S3_PREFIX: '2026' };
    const verify = await desk.runWith({ environment }, 'verify', runId);
    expect([verify.code, verify.stderr]).toEqual([0, expect.anything()]);
    const there = await desk.runWith(
      { environment },
      'results',
      runId,
      '--format',
      'openai-batch',
      '--out',
      '-',
    );
    expect(there.stdout).toBe((await results('--format', 'openai-batch', '--out', '-')).stdout);
  });
});
