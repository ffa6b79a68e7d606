import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { emulatorKeys, startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { createScan, scanFolder } from '../support/secret-scan.ts';

// Not as keys look, so that only knowing it helps, with what is escaped in URLs and in JSON.
const key = `canary+${randomBytes(12).toString('hex')}/odd"=\\key`;
const signing = `whsec_${randomBytes(32).toString('base64')}`;
const temporalKey = `temporal-${randomBytes(16).toString('hex')}`;
const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));

/** The key as an API may repeat it. */
const echoes = [
  key,
  `Bearer ${key}`,
  encodeURIComponent(key),
  encodeURIComponent(key).toLowerCase() === encodeURIComponent(key)
    ? key
    : encodeURIComponent(key).replaceAll(/%../g, (byte) => byte.toLowerCase()),
  JSON.stringify(key),
  Buffer.from(key).toString('hex'),
  ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${key}`).toString('base64')),
];
const all = echoes.join(' ');

/** What it answers to prompts that ask for an echo; `undefined` passes the call on. */
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  envelope: (response) => json(response, 400, { error: { code: key, message: all } }),
  flat: (response) => json(response, 400, { error: all, message: all }),
  nested: (response) =>
    json(response, 400, { error: { code: 'BAD', message: JSON.stringify({ error: { message: all } }) } }),
  page: (response) =>
    void response
      .writeHead(422, { 'content-type': 'text/html' })
      .end(`<title>content_policy_violation</title>${all}`),
  redirect: (response) =>
    void response.writeHead(302, { location: `https://x.example/?key=${encodeURIComponent(key)}` }).end(),
  fine: (response) => json(response, 200, { error: { message: all } }),
  type: (response) => void response.writeHead(200, { 'content-type': `text/${key}` }).end(all),
};

function json(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-request-id': key })
    .end(JSON.stringify(body));
}

let emulator: Emulator;
let front: ReturnType<typeof createServer>;
let stack: ProcessStack;
let echoed = 0;

/** Before the emulator: repeats the key in the ways above, and in the headers of whatever it passes on. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const told = decodeURIComponent(request.url ?? '') + body.toString();
  const wanted = /ECHO-([a-z]+)/.exec(told)?.[1] ?? '';
  if (request.headers.authorization === `Bearer ${key}` && wanted !== '') echoed += 1;
  const own = answers[wanted];
  if (own !== undefined) return own(response);
  // A receiver of notices that repeats what it was sent.
  if (request.url === '/hook')
    return json(response, 400, { error: { message: JSON.stringify(request.headers) } });
  const headers = { authorization: `Bearer ${emulatorKeys.secret}`, 'content-type': 'application/json' };
  const passed = await fetch(`${emulator.url}${request.url}`, {
    method: request.method ?? 'GET',
    headers,
    ...(body.length === 0 ? {} : { body }),
  });
  const type = passed.headers.get('content-type') ?? '';
  const more = Object.fromEntries(
    [...passed.headers].filter(([name]) => name.startsWith('x-') && !name.startsWith('x-cache-type')),
  );
  const odd = { 'x-request-id': key, 'x-model-used': all, 'x-cache-type': key };
  response
    .writeHead(passed.status, { ...more, ...(wanted === '' ? {} : odd), 'content-type': type })
    .end(Buffer.from(await passed.arrayBuffer()));
}

const job = [
  'version: 1',
  'name: echo',
  'defaults: { text: { model: openai, max_tokens: 50 }, image: { model: flux, width: 64, height: 48 } }',
  'items:',
  ...Object.keys(answers).map((name) => `  - { id: ${name}, text: ECHO-${name} }`),
  '  - { id: picture, image: ECHO-page }',
  '  - { id: headers, text: ECHO-headers }',
  '  - { id: picture-headers, image: ECHO-headers }',
].join('\n');

beforeAll(async () => {
  emulator = await startEmulator();
  front = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as AddressInfo;
  stack = await startProcessStack({
    unchecked: 'its API keeps no journal of all that it answers',
    api: `http://127.0.0.1:${port}`,
    key,
    environment: {
      POLLEN_BATCH_RPS: 'none',
      POLLEN_BATCH_LOG_LEVEL: 'trace',
      POLLEN_BATCH_LOG_PROMPTS: 'true',
      POLLEN_BATCH_NOTIFY_SECRET: signing,
      POLLEN_BATCH_NOTIFY_HOSTS: '127.0.0.1',
      POLLEN_BATCH_NOTIFY_PRIVATE: 'true',
      TEMPORAL_API_KEY: temporalKey,
      TEMPORAL_TLS: 'false',
      HTTPS_PROXY: 'http://somebody:canary-of-the-proxy@127.0.0.1:9',
      NO_PROXY: '127.0.0.1',
    },
  });
  await stack.startWorker();
});
afterAll(async () => {
  // It searches all once more.
  await stack?.stop();
  await emulator?.close();
  front?.close();
});

describe('an API that repeats the key in all it says', () => {
  it('leaves no trace of it in history, bucket, logs, reports or what any command prints', async () => {
    const file = join(stack.folder, 'echo.yaml');
    const { port } = front.address() as AddressInfo;
    await writeFile(file, `${job}\nnotify: { url: 'http://127.0.0.1:${port}/hook' }\n`);
    const submitted = await stack.command('submit', file, '--watch', '-o', 'json');
    expect(submitted.code, submitted.stderr).toBe(3);
    const { runId } = JSON.parse(submitted.stdout) as { runId: string };
    expect(echoed).toBeGreaterThan(Object.keys(answers).length);
    const results = ['results', runId, '--out'];
    await Promise.all(
      [
        ['get', runId],
        ['logs', runId, '-o', 'json'],
        ['bill', runId, '--items'],
        [...results, join(stack.folder, 'out')],
        [...results, join(stack.folder, 'table'), '--format', 'csv'],
        ['verify', runId],
        ['doctor'],
        ['explain', runId, 'nested'],
        ['explain', runId, 'headers', '-o', 'json'],
        ['explain', runId, 'redirect'],
      ].map((parameters) => stack.command(...parameters)),
    );
    const scan = createScan([
      { secret: key, name: 'the API key' },
      { secret: signing, name: 'the secret of notices' },
      { secret: temporalKey, name: 'the key of Temporal' },
      { secret: 'canary-of-the-proxy', name: 'the password of the proxy' },
    ]);
    expect(await scanFolder(stack.folder, scan)).toEqual([]);
    const seen = createScan([{ secret: runId, name: 'the run' }]);
    expect((await scanFolder(stack.logDir, seen)).length).toBeGreaterThan(8);
    const { stdout } = await stack.command('explain', runId, 'envelope');
    expect(stdout).toContain('[redacted]');
  }, 180_000);
});

/**
 * A command in which a fault comes up that nobody waits for, and that holds a secret.
 *
 * @param thrown - what comes up, with `KEY` for the secret
 * @param from - where the command has it from
 */
async function crash(
  thrown: string,
  from: 'environment' | 'env-file' | 'key-file' = 'environment',
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  if (from === 'env-file') await writeFile(join(folder, '.env'), `POLLINATIONS_API_KEY='${key}'\n`);
  if (from === 'key-file') await writeFile(join(folder, 'key'), `${key}\n`);
  const secret =
    from === 'key-file' ? "readFileSync('key', 'utf8').trim()" : 'process.env.POLLINATIONS_API_KEY';
  const fault = thrown.replaceAll('KEY', secret);
  // What is read from files is there when the command makes its first call.
  const when = `subscribe('undici:request:create', () => setImmediate(() => ${fault}))`;
  await writeFile(
    join(folder, 'crash.mjs'),
    `import { subscribe } from 'node:diagnostics_channel';
    import { readFileSync } from 'node:fs';
    ${when};`,
  );
  const child = spawn(process.execPath, ['--import', join(folder, 'crash.mjs'), entry, 'models'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      POLLINATIONS_BASE_URL: emulator.url,
      ...(from === 'environment' ? { POLLINATIONS_API_KEY: key } : {}),
      ...(from === 'key-file' ? { POLLINATIONS_API_KEY_FILE: 'key' } : {}),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await rm(folder, { recursive: true });
  return { code, stderr };
}

describe('a fault that nobody waited for', () => {
  it.each([
    [
      'is rejected',
      `Promise.reject(Object.assign(new Error('with ' + KEY), { headers: { authorization: KEY } }))`,
    ],
    ['is thrown', `{ throw new Error('with Bearer ' + KEY, { cause: KEY }) }`],
    ['is a text', `Promise.reject('with ' + Buffer.from(KEY).toString('base64'))`],
  ])('ends the program with its words and without the secret when it %s', async (_how, thrown) => {
    const { code, stderr } = await crash(thrown);
    expect(code).toBe(1);
    expect(stderr).toMatch(/internal: .*with .*\[redacted\]/);
    expect(createScan([{ secret: key, name: 'the API key' }])(Buffer.from(stderr))).toEqual([]);
  });

  it.each(['env-file', 'key-file'] as const)(
    'is told without what the command has from a %s',
    async (from) => {
      const { code, stderr } = await crash(`Promise.reject(new Error('with ' + KEY))`, from);
      expect(code).toBe(1);
      expect(stderr).toMatch(/internal: .*with \[redacted\]/);
      expect(createScan([{ secret: key, name: 'the API key' }])(Buffer.from(stderr))).toEqual([]);
    },
  );

  it('leaves no half of the secret where its words are cut', async () => {
    const { stderr } = await crash(`Promise.reject(new Error('x'.repeat(1980) + KEY))`);
    expect(stderr).toMatch(/internal: Error: x{1900}/);
    expect(stderr).not.toContain('canary');
  });
});
