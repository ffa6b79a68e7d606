import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exitCodes } from '../../src/commands/exit-codes.ts';
import { emulatorKeys } from '../../src/emulator/index.ts';
import { findOnPath } from '../../src/local/binaries.ts';
import { createDesk, repository, runIdIn, type Command, type Desk, type Ended } from '../e2e/product.ts';
import { escapes, formulas, scripts } from '../support/payloads.ts';
import { marked, startHostileApi, type HostileApi } from './hostile-api.ts';
import { listenersOf } from './listeners.ts';

/** Of each list some, so that a run has them all: five to a text. */
const payloads: readonly string[] = [
  ...escapes,
  ...formulas.filter((_, index) => index % 8 === 0),
  ...scripts.filter((_, index) => index % 8 === 0),
]
  // A prompt is made of whole characters, and holds no NUL; brackets would end a dictated answer.
  .filter((text) => !/\p{Surrogate}/u.test(text) && !text.includes('\0') && !text.includes(']]'));
const loud: readonly string[] = Array.from({ length: Math.ceil(payloads.length / 5) }, (_, index) =>
  payloads
    .slice(5 * index, 5 * index + 5)
    .map(marked)
    .join(' '),
);

/** What a terminal obeys, and what shows text in another order; lines and columns are ours. */
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What the product itself sends to a terminal: colours, and what it draws over. */
// oxlint-disable-next-line no-control-regex
const own = /\u001b\[(?:\d{1,2}(?:;\d{1,2})*m|\d*[AGJK]|\?25[hl])|\r/g;

/** The data of a page: no `<` is in it. */
const pageData = /<script type="application\/json"[^>]*>([^<]*)<\/script>/g;

const controlsOf = (text: string): readonly string[] =>
  [...text.matchAll(obeyed)].map(({ index }) =>
    JSON.stringify(text.slice(Math.max(0, index - 40), index + 10)),
  );

function jobText(): string {
  const job = {
    version: 1,
    name: 'loud',
    description: loud[0],
    labels: { team: '=1+1', place: '<img src=x>' },
    vars: { brand: loud[1] },
    defaults: { text: { model: 'openai', max_tokens: 2_000, system: loud[2] } },
    items: [
      { from: 'words.jsonl', id: 'says-{{ row.n }}', text: '{{ row.word }} [[answer:{{ row.word }}]]' },
      { from: 'words.jsonl', id: 'fails-{{ row.n }}', text: 'fail {{ row.n }} {{ row.word }}' },
      {
        id: 'chain',
        steps: [
          { id: 'one', text: `[[answer:${loud[0]}]]` },
          { id: 'two', text: 'Say {{ steps.one.text }}' },
        ],
      },
      { id: 'picture', image: `Bees ${loud[4]}`, params: { width: 64, height: 64 } },
    ],
    schedule: { cron: '0 6 1 1 *' },
  };
  return JSON.stringify(job);
}

let api: HostileApi;
let desk: Desk;
let dev: Command;
let runId: string;
let other: string;

beforeAll(async () => {
  api = await startHostileApi(loud);
  desk = await createDesk(
    {
      POLLINATIONS_API_KEY: emulatorKeys.secret,
      POLLINATIONS_BASE_URL: api.url,
      POLLEN_BATCH_RPS: 'none',
    },
    undefined,
    { unchecked: 'its API keeps no journal' },
  );
  dev = desk.start(['dev']);
  await dev.untilSaid('In another terminal');
  const words = loud.map((word, n) => `${JSON.stringify({ n, word })}\n`);
  await desk.file('words.jsonl', words.join(''));
  await desk.file('loud.yaml', jobText());
  await desk.file(
    'wrong.yaml',
    JSON.stringify({
      version: 1,
      name: loud[0],
      [loud[1] ?? '']: loud[2],
      items: [{ id: loud[3], txt: loud[4], params: { [loud[5] ?? '']: loud[6], model: loud[7] } }],
    }),
  );
  await desk.file('loud.csv', `sku,${JSON.stringify(loud[0])}\nx,y\n${JSON.stringify(loud[1])},z\n`);
  await desk.file(
    'table.yaml',
    'version: 1\nitems: [{ from: loud.csv, id: "{{ row.sku }}", text: "{{ row.nothing }}" }]\n',
  );
  await desk.file(
    'batch.jsonl',
    loud
      .slice(0, 6)
      .map(
        (text) =>
          `${JSON.stringify({ custom_id: text, method: 'POST', url: '/v1/chat/completions', body: { model: 'openai', messages: [{ role: 'user', content: text }] } })}\n`,
      )
      .join(''),
  );
  const [first, second] = await Promise.all([
    desk.run('run', 'loud.yaml', '--yes', '--out', 'out'),
    desk.run('run', 'batch.jsonl', '--yes', '--out', 'out'),
  ]);
  said = [
    { name: 'run loud.yaml', ...first },
    { name: 'run batch.jsonl', ...second },
  ];
  runId = runIdIn(first.stderr);
  other = runIdIn(second.stderr);
}, 300_000);
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await api?.[Symbol.asyncDispose]();
});

interface Said extends Ended {
  readonly name: string;
}
let said: Said[] = [];

async function say(...commands: readonly (readonly string[])[]): Promise<void> {
  for (let from = 0; from < commands.length; from += 3) {
    const some = commands.slice(from, from + 3);
    const ended = await Promise.all(some.map((command) => desk.run(...command)));
    said.push(...ended.map((one, index) => ({ name: (some[index] ?? []).join(' '), ...one })));
  }
}

/** How a command may end here. */
function codesOf(name: string): readonly number[] {
  if (/^(?:run loud\.yaml|watch |retry )/.test(name)) return [exitCodes.finishedWithFailures];
  // What it finds on a machine that is busy is its own matter.
  if (name === 'doctor') return [exitCodes.succeeded, exitCodes.internal];
  const isWrong = /^(?:validate |(?:(?:schedule )?get |explain \S+ |results \S+ --select id=)?ZQ)/.test(name);
  if (isWrong) return [exitCodes.usage];
  // It is said beside the command that makes the schedule, and may come first.
  return name.startsWith('schedule pause ') ? [exitCodes.succeeded, exitCodes.usage] : [exitCodes.succeeded];
}

describe('a run full of what terminals, spreadsheets and browsers obey', { timeout: 600_000 }, () => {
  it('has come to an end, and each payload into it', async () => {
    expect(payloads.length).toBeGreaterThan(120);
    const lines = (await readFile(join(desk.folder, 'out', runId, 'results.jsonl'), 'utf8'))
      .trim()
      .split('\n');
    expect(lines).toHaveLength(2 * loud.length + 2);
    const results = lines.map(
      (line) => JSON.parse(line) as { readonly status: string; readonly text?: string },
    );
    expect(results.filter(({ status }) => status === 'failed')).toHaveLength(loud.length);
    const answers = results.flatMap(({ text }) => text ?? []).join('\n');
    for (const text of loud) expect(answers).toContain(text);
  });

  it('is told of by every command without a word that is obeyed', async () => {
    await say(
      ['validate', 'loud.yaml', 'wrong.yaml', 'table.yaml', 'batch.jsonl'],
      ['validate', 'wrong.yaml', '--format', 'github'],
      ['plan', 'loud.yaml', '--show', '100'],
      ['list', '-o', 'wide'],
      ['get', runId],
      ['get', runId, '-o', 'json'],
      ['wait', runId, other],
      ['watch', runId],
      ['diff', runId, other],
      ['logs', runId],
      ['logs', runId, '-o', 'json'],
      ['bill', runId, '--items'],
      ['bill', runId, '-o', 'json'],
      ['bill', '--by', 'model'],
      ['reconcile', runId],
      ['verify', runId],
      ['results', runId, '--out', 'again', '--select', 'id=says-1'],
      ['results', runId, '--dataset', '--out', 'sets'],
      ...['csv', 'gallery'].map((format) => ['results', runId, '--format', format, '--out', 'formats']),
      ['results', other, '--format', 'openai-batch', '--out', 'formats'],
      ...['says-1', 'fails-2', 'chain'].map((item) => ['explain', runId, item]),
      ['explain', other, '1'],
      ['models'],
      ['lanes'],
      ['doctor'],
      ['gc', '--older-than', '1d'],
      ['submit', 'loud.yaml', '--yes'],
      ['schedule', 'apply', 'loud.yaml'],
      ['schedule', 'pause', 'loud', '--reason', loud[3] ?? ''],
    );
    // In the order of their lives.
    await say(
      ['schedule', 'get', 'loud'],
      ['schedule', 'list'],
      ['schedule', 'next', 'loud'],
      ['schedule', 'list-failures'],
    );
    await say(['schedule', 'apply', 'loud.yaml', '--dry-run'], ['schedule', 'get', 'loud', '-o', 'json']);
    await say(
      ['schedule', 'delete', 'loud'],
      ['retry', runId, '--reason', loud[5] ?? '', '--yes', '--watch'],
      ['list', '--state', 'failed'],
    );
    // What the person types is said again where it is wrong.
    await say(
      ['get', loud[0] ?? ''],
      ['explain', runId, loud[1] ?? ''],
      ['results', runId, '--select', `id=${loud[2]}`],
      ['validate', loud[3] ?? ''],
      ['schedule', 'get', loud[4] ?? ''],
      [loud[5] ?? ''],
      ['list', '--label', `team=${loud[6]}`],
    );
    const told = said.flatMap(({ name, stdout, stderr }) => [
      ...controlsOf(stdout).map((where) => `${name} > ${where}`),
      ...controlsOf(stderr).map((where) => `${name} 2> ${where}`),
    ]);
    expect(told.slice(0, 40)).toEqual([]);
    // It is told of, and not just left out.
    for (const command of [
      'plan loud.yaml --show 100',
      `explain ${runId} fails-2`,
      `get ${runId}`,
      `logs ${runId}`,
      'models',
    ]) {
      const found = said.find(({ name }) => name === command);
      expect([command, found?.stdout.includes('ZQ')]).toEqual([command, true]);
    }
    // Each has something to tell, and none has broken.
    const broken = said.filter(
      ({ stdout, stderr }) => stdout + stderr === '' || /\n\s+at \S+ \(/.test(stderr),
    );
    expect(broken.map(({ name, code, stderr }) => [name, code, stderr.slice(0, 200)])).toEqual([]);
    const unexpected = said.filter(({ name, code }) => !codesOf(name).includes(code));
    expect(unexpected.map(({ name, code, stderr }) => [name, code, stderr.slice(0, 200)])).toEqual([]);
  });

  it('is shown on a terminal without a word of its own that is obeyed', async () => {
    const python = await findOnPath('python3', process.env['PATH'] ?? '');
    if (python === undefined) {
      console.warn('No terminal is tried: there is no python3 to make one.');
      return;
    }
    const script = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TERM: 'xterm-256color',
      POLLINATIONS_API_KEY: emulatorKeys.secret,
      POLLINATIONS_BASE_URL: api.url,
    };
    const program = [process.execPath, join(repository, 'bin/pollen-batch.js')];
    const onTerminal = async (...parameters: readonly string[]): Promise<string> => {
      const call = promisify(execFile)(python, ['-c', script, ...program, ...parameters], {
        cwd: desk.folder,
        env: environment,
        timeout: 60_000,
      });
      call.child.stdin?.end();
      return call.then(
        ({ stdout }) => stdout,
        (error: unknown) => (error as { readonly stdout: string }).stdout,
      );
    };
    const commands = [
      ['get', runId],
      ['watch', runId],
      ['list'],
      ['explain', runId, 'fails-4'],
      ['validate', 'wrong.yaml'],
      ['plan', 'loud.yaml'],
      ['models'],
      ['diff', runId, other],
      ['bill', runId],
      ['logs', runId, '--failed'],
      ['run', 'loud.yaml', '--yes', '--out', 'out'],
    ];
    const shown: string[] = [];
    for (let from = 0; from < commands.length; from += 3) {
      shown.push(
        ...(await Promise.all(commands.slice(from, from + 3).map((command) => onTerminal(...command)))),
      );
    }
    for (const [index, text] of shown.entries()) {
      const command = commands[index]?.join(' ');
      expect([command, text.length > 20]).toEqual([command, true]);
      expect([command, controlsOf(text.replaceAll(own, '')).slice(0, 5)]).toEqual([command, []]);
    }
    // Colours come through, so this is what a person sees.
    expect(shown.join('')).toContain('\u001b[');
  });

  it('leaves pages and tables behind that hold none either', async () => {
    const files = (await readdir(desk.folder, { recursive: true, withFileTypes: true }))
      .filter(
        (entry) =>
          entry.isFile() &&
          /(^|\/)(out|again|sets|formats)(\/|$)/.test(entry.parentPath.slice(desk.folder.length)),
      )
      .map(({ parentPath, name }) => join(parentPath, name));
    const read = async (pattern: RegExp): Promise<readonly (readonly [string, string])[]> =>
      Promise.all(
        files
          .filter((file) => pattern.test(file))
          .map(async (file) => [file.slice(desk.folder.length + 1), await readFile(file, 'utf8')] as const),
      );
    const names = files.map((file) => file.slice(desk.folder.length + 1));
    for (const name of [
      `out/${runId}/report.md`,
      `out/${runId}/index.html`,
      `out/${runId}/errors.jsonl`,
      `sets/${runId}/dataset/README.md`,
      `formats/${runId}/results.csv`,
      `formats/${other}/openai-batch.jsonl`,
    ]) {
      expect(names).toContain(name);
    }
    // A person reads these.
    for (const [name, text] of await read(/\.(md|html)$/)) {
      // What a page holds for its own program, it shows by that program alone.
      const shown = text.replaceAll(pageData, '');
      expect([name, controlsOf(shown).slice(0, 5)]).toEqual([name, []]);
    }
    // Programs read these: each payload as it was, written as JSON writes it.
    for (const [name, text] of await read(/\.(jsonl|json)$/)) {
      // oxlint-disable-next-line no-control-regex
      expect([name, /[\u0000-\u0008\u000b-\u001f]/.test(text)]).toEqual([name, false]);
      for (const line of name.endsWith('.jsonl') ? text.trim().split('\n').filter(Boolean) : [text])
        JSON.parse(line);
    }
    const [table] = await read(/results\.csv$/);
    for (const cell of cellsOf(table?.[1] ?? ''))
      expect(cell).not.toMatch(/^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20](?!\d+(\.\d+)?$)/);
    const pages = await read(/\.html$/);
    expect(pages.length).toBeGreaterThanOrEqual(2);
    // What is not in the page's own data is ours; the data holds no end of itself.
    for (const [name, text] of pages) {
      const data = [...text.matchAll(pageData)];
      expect([name, data.length > 0]).toEqual([name, true]);
      for (const [, json = ''] of data) expect(() => JSON.parse(json) as unknown).not.toThrow();
      const rest = data.reduce((left, [whole]) => left.replace(whole, ''), text);
      expect([name, /window\.hacked|evil\.example/.test(rest)]).toEqual([name, false]);
    }
  });
});

describe.skipIf(process.platform !== 'linux')('what the product listens on', { timeout: 120_000 }, () => {
  it('is this machine’s loopback alone: servers, workers, metrics, the emulator and `open`', async () => {
    const opened = desk.start(['open', runId, '--no-browser']);
    const emulator = desk.start(['emulator', '--port', '0']);
    const stdoutOrTalk = (command: Command): string => command.stdout() + command.stderr();
    await expect.poll(() => stdoutOrTalk(opened), { timeout: 30_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+\//);
    await expect.poll(() => stdoutOrTalk(emulator), { timeout: 30_000 }).toMatch(/http:\/\/\S+:\d+/);
    const found = listenersOf([dev.pid, opened.pid, emulator.pid]);
    const open = found.filter(({ address }) => !/^(127\.\d+\.\d+\.\d+|::1)$/.test(address));
    expect(open).toEqual([]);
    const programs = new Set(found.map(({ program }) => program));
    expect([...programs]).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^temporal/),
        expect.stringMatching(/^(weed|minio|silo)/),
        expect.stringMatching(/^(node|MainThread)/),
      ]),
    );
    const pids = new Set(found.map(({ pid }) => pid));
    expect(pids.has(opened.pid) && pids.has(emulator.pid)).toBe(true);
    opened.interrupt();
    emulator.interrupt();
    await Promise.all([opened.exited, emulator.exited]);
  });
});

function cellsOf(csv: string): readonly string[] {
  return [...csv.matchAll(/(?:^|[,\n])(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
}
