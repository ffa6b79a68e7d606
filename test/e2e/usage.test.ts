import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDesk, repository, type Desk } from './product.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await createDesk();
  await desk.file('good.yaml', 'version: 1\nitems:\n  - { id: a, text: Hello, params: { model: openai } }\n');
  await desk.file(
    'bad.yaml',
    'version: 1\nnam: x\nitems:\n  - { id: a, text: Hello }\n  - { id: A, image: Sun }\n',
  );
});
afterAll(async () => desk[Symbol.asyncDispose]());

describe('the command line', () => {
  it('ends its help with examples and all exit codes', async () => {
    const { code, stdout, stderr } = await desk.run('--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('$ pollen-batch run jobs/quickstart.yaml');
    expect(stdout.match(/^ {2}(\d+) {2,}/gm)?.map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 130]);
  });

  it('tells its version without loading what commands need', async () => {
    const { code, stdout } = await desk.runWith({ environment: { POLLEN_BATCH_RPS: 'wrong' } }, '--version');
    expect([code, stdout]).toEqual([0, '0.1.0\n']);
  });

  it.each([
    [[], 'Usage: pollen-batch'],
    [['rn'], "unknown command 'rn'\n(Did you mean run?)"],
    [['run'], "missing required argument 'file'"],
    [['run', 'a', 'b'], 'too many arguments'],
    [['run', '--bogus', 'good.yaml'], "unknown option '--bogus'"],
    [['list', '-o', 'yaml'], 'Allowed choices are table, wide, json, name'],
    [['get', '@latest', '-o', 'yaml'], 'Allowed choices are text, json'],
    [['submit', 'good.yaml', '--no-wait-paused'], 'usage: --no-wait-paused goes with --watch'],
    [['retry', 'bees-0123456789', '--no-wait-paused'], 'usage: --no-wait-paused goes with --watch'],
    [
      ['resume', 'bees-0123456789', '--from-store', '--no-wait-paused'],
      'usage: --no-wait-paused goes with --watch',
    ],
    [['resume', 'bees-0123456789', '--no-wait-paused'], 'usage: --no-wait-paused goes with --from-store'],
    [['resume', 'bees-0123456789', '--watch'], 'usage: --watch goes with --from-store'],
    [['list', '-n', 'few'], 'Give a whole number.'],
    [['list', '-n', '0'], 'Give a whole number from 1 on.'],
    [['schedule', 'get', 'nightly', '-n', '0'], 'Give a whole number from 1 on.'],
    [['schedule', 'list-failures', '--since', '7x'], 'Give a time back (7d, 24h), a day (2026-11-01)'],
    [
      ['schedule', 'list-failures', '--since', '2026-11-01'],
      'config-invalid: no Temporal server and bucket are configured',
    ],
    [['run', 'good.yaml', '--first', '0'], 'Give a whole number from 1 on.'],
    [['run', 'good.yaml', '--max-cost', '-1'], 'Give an amount of Pollen'],
    [['submit', 'good.yaml', '--max-cost', '1e3'], 'Give an amount of Pollen'],
    [['emulator', '--port', '70000'], 'A port is at most 65535.'],
    [['bill'], 'usage: bill takes either a run or --by\nWrite `pollen-batch bill RUN`'],
    [['bill', 'bees-0123456789', '--since', '7d'], 'usage: --since and --job go with --by'],
    [['bill', '--by', 'day', '--since', '7x'], 'Give a time back (7d, 24h), a day (2026-11-01)'],
    [
      ['run', 'none.yaml'],
      'usage: the job file none.yaml cannot be read: there is no such file\nCheck the path',
    ],
    [['run', '.'], 'it is a folder'],
    [
      ['list'],
      'config-invalid: no Temporal server and bucket are configured, and no local stack runs\nStart one',
    ],
    [['worker'], 'config-invalid: no bucket is configured\nSet S3_BUCKET'],
  ])('refuses %j with exit code 2, naming what is wrong', async (parameters, words) => {
    const { code, stdout, stderr } = await desk.run(...parameters);
    expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    [{ POLLEN_BATCH_RPS: 'fast' }, 'POLLEN_BATCH_RPS: must be a number of calls a second above 0, or none'],
    [{ POLLEN_BATCH_CONCURRENCY: '0' }, 'POLLEN_BATCH_CONCURRENCY: must be a whole number from 1 to 1000'],
    [{ POLLINATIONS_DIALECT: 'old' }, 'POLLINATIONS_DIALECT: must be one of auto, enter, enter-v1, gen'],
    [{ POLLINATIONS_BASE_URL: 'here' }, 'POLLINATIONS_BASE_URL: must be an http or https URL'],
    [{ POLLEN_BATCH_LANES: '{' }, 'POLLEN_BATCH_LANES is wrong: it is not JSON'],
    [{ POLLINATIONS_API_KEY_FILE: '/none' }, 'the key file /none cannot be read'],
    [{ S3_BUCKET: 'mine' }, 'A bucket is configured (S3_BUCKET), and no Temporal server'],
    [{ TEMPORAL_ADDRESS: 'localhost:7233' }, 'A Temporal server is configured (TEMPORAL_*), and no bucket'],
  ])('refuses the settings %j before anything is started', async (environment, words) => {
    const { code, stdout, stderr } = await desk.runWith({ environment }, 'run', 'good.yaml');
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('Starting');
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    ['list'],
    ['get', 'bees'],
    ['watch', 'bees'],
    ['results', 'bees'],
    ['bill', 'bees'],
    ['stop', 'bees'],
  ])('refuses wrong settings whatever it loads meanwhile: %s', async (...parameters) => {
    const environment = { POLLEN_BATCH_LOG_LEVEL: 'nonsense' };
    const { code, stdout, stderr } = await desk.runWith({ environment }, ...parameters);
    expect(stderr).toMatch(/^config-invalid: POLLEN_BATCH_LOG_LEVEL: must be one of trace, /);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([[{ CI: 'true' }], [{ TERM: 'xterm-256color' }]])(
    'writes no colours into a pipe, with %j',
    async (environment) => {
      const { stderr } = await desk.runWith({ environment }, 'list');
      expect(stderr).toMatch(/^config-invalid: /);
    },
  );

  // What only looks asks no API, and what steers a run asks Temporal alone.
  it.each([
    [['models'], 'api-unreachable'],
    [['list'], 'store-unreachable'],
    [['explain', 'bees-0123456789', '1'], 'store-unreachable'],
    [['logs', 'bees-0123456789'], 'store-unreachable'],
    [['stop', 'bees-0123456789'], 'temporal-unreachable'],
  ])('says with exit code 1 which server does not answer %j', async (parameters, words) => {
    const environment = {
      POLLINATIONS_BASE_URL: 'http://127.0.0.1:9',
      TEMPORAL_ADDRESS: '127.0.0.1:9',
      S3_BUCKET: 'mine',
      S3_ENDPOINT: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'me',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const { code, stderr } = await desk.runWith({ environment }, ...parameters);
    expect(stderr).toContain(words);
    expect(stderr).toContain('127.0.0.1:9');
    expect(code).toBe(1);
  });
});

describe('plan', () => {
  it('tells calls, price and the first request before anything runs, and what it could not compare', async () => {
    const { code, stdout, stderr } = await desk.run('plan', 'good.yaml');
    expect(code).toBe(0);
    expect(stderr).toContain('a run on this machine calls the emulator');
    expect(stdout).toContain('good.yaml: 1 item, 1 call\nRun: good-');
    expect(stdout).toMatch(/^openai +text +1 +in .* per 1M tokens/m);
    expect(stdout).toMatch(
      /^Cost: at least 0\.\d+ Pollen, likely unknown for 1 call, no known bound for 1 call\.$/m,
    );
    expect(stdout).toContain('Not compared: no bucket is configured and no local stack runs');
    expect(stdout).toContain('    "model": "openai",');
  });

  it('gives programs the same as JSON', async () => {
    const { code, stdout } = await desk.run('plan', 'good.yaml', '--show', '0', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      items: 1,
      calls: 1,
      run: { state: 'new' },
      estimate: { likely: null, atMost: null, unbounded: 1, unknown: 1 },
      requests: [],
    });
  });

  it('names the run of the example job as the help does', async () => {
    const job = join(repository, 'jobs', 'quickstart.yaml');
    const { stdout } = await desk.run('plan', job, '-o', 'json', '--show', '0');
    const { run } = JSON.parse(stdout) as { readonly run: { readonly runId: string } };
    for (const command of ['watch', 'get', 'results']) {
      const help = await desk.run(command, '--help');
      expect(help.stdout).toContain(`pollen-batch ${command} ${run.runId}`);
    }
  });

  it('makes what came from others harmless on the screen', async () => {
    await desk.file(
      'hostile.yaml',
      'version: 1\nitems:\n  - { id: a, text: "\\u001b[2J \\u202e bees", params: { max_tokens: 9 } }\n',
    );
    const { stdout } = await desk.run('plan', 'hostile.yaml');
    expect(stdout).toContain('bees');
    // oxlint-disable-next-line no-control-regex -- these are what must not reach a screen
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it('gives problems as data and as annotations, those that only the API tells among them', async () => {
    const wrong = await desk.run('plan', 'bad.yaml', '-o', 'json');
    expect([wrong.code, wrong.stderr]).toEqual([2, '']);
    expect(wrong.stdout).toBe((await desk.run('validate', 'bad.yaml', '-o', 'json')).stdout);
    await desk.file('model.yaml', 'version: 1\nitems:\n  - { text: Hello, params: { model: new-one } }\n');
    const model = await desk.run('plan', 'model.yaml', '-o', 'json');
    expect(model.code).toBe(2);
    expect(JSON.parse(model.stdout)).toMatchObject([
      { file: 'model.yaml', problems: [{ line: 3, column: 37, code: 'model-unknown' }] },
    ]);
    const annotated = await desk.run('plan', 'model.yaml', '--format', 'github');
    expect(annotated.code).toBe(2);
    expect(annotated.stdout).toMatch(/^::error file=model\.yaml,line=3,col=37,title=model-unknown::.*\n$/);
    await desk.file(
      'odd.yaml',
      'version: 1\nitems:\n  - { id: a, text: Hi, seed: 1 }\n  - { id: b, text: Hi, seed: 1 }\n',
    );
    const odd = await desk.run('plan', 'odd.yaml', '--format', 'github');
    expect(odd.stdout).toMatch(
      /^::warning file=odd\.yaml,line=4,.*title=item-duplicate::.*\nodd\.yaml: 2 items/,
    );
    expect(odd.code).toBe(0);
  });

  it('says every problem of a wrong job, and of a model that the API does not list', async () => {
    const wrong = await desk.run('plan', 'bad.yaml');
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('bad.yaml:2:1: key-unknown');
    expect(wrong.stderr).toContain('check it with `pollen-batch validate`.');
    await desk.file('new.yaml', 'version: 1\nitems:\n  - { text: Hello, params: { model: new-one } }\n');
    const unpriced = await desk.run('plan', 'new.yaml');
    expect(unpriced.stderr).toContain('new.yaml:3:37: model-unknown: the API has no text model "new-one"');
    expect(unpriced.stderr).toContain('check it with `pollen-batch plan`.');
    expect(unpriced.code).toBe(2);
    const allowed = await desk.run('plan', 'new.yaml', '--allow-unpriced');
    expect(allowed.stdout).toMatch(/^new-one +text +1 +unknown +0 +unknown +no known bound$/m);
  });
});

describe('validate', () => {
  it('says of every file whether it is right, and every problem with its place', async () => {
    const { code, stdout, stderr } = await desk.run('validate', 'good.yaml', 'bad.yaml');
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout.split('\n')).toEqual([
      'good.yaml: ok, 1 item',
      expect.stringMatching(/^bad\.yaml:2:1: key-unknown: unknown key `nam`; did you mean `name`\?$/),
      ...Array.from({ length: stdout.split('\n').length - 3 }, () =>
        expect.stringMatching(/^bad\.yaml:\d+:\d+: [\w-]+: /),
      ),
      '',
    ]);
    expect(stdout).toContain('id-duplicate');
  });

  it('finds the example jobs right', async () => {
    const names = (await readdir(join(repository, 'jobs'))).filter((name) => /\.(yaml|jsonl)$/.test(name));
    const files = names.map((name) => join(repository, 'jobs', name));
    const { code, stdout } = await desk.run('validate', ...files);
    expect(stdout.match(/: ok, /g)).toHaveLength(names.length);
    expect(code).toBe(0);
  });

  it('gives programs the same as JSON, from standard input as well', async () => {
    const { code, stdout } = await desk.runWith({ input: 'version: 2\n' }, 'validate', '-', '-o', 'json');
    expect(code).toBe(2);
    const [reading] = JSON.parse(stdout) as { file: string; problems: { line: number; code: string }[] }[];
    expect(reading?.file).toBe('stdin');
    expect(reading?.problems.map(({ code: problem }) => problem)).toContain('key-missing');
  });

  it('keeps a wrong job from starting anything', async () => {
    const { code, stdout, stderr } = await desk.run('run', 'bad.yaml');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^job-invalid: bad\.yaml has \d problems\n {2}bad\.yaml:2:1: key-unknown/);
    expect(stderr).toContain('Nothing was started.');
  });
});
