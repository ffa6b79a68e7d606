import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exitCodes } from '../src/commands/exit-codes.ts';
import { imageParams } from '../src/pollinations/image-params.ts';
import { textParams } from '../src/pollinations/text-params.ts';
import { parseConfigFile } from '../src/settings/config-file.ts';
import { settingList } from '../src/settings/settings.ts';
import { createDesk, seedPorts } from './e2e/product.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(repository, 'README.md'), 'utf8');
const run = promisify(execFile);

interface Block {
  /** What stands behind the fence: `sh` is run here, `sh needs-…` is not. */
  readonly info: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...readme.matchAll(/^( *)```(\S[^\n]*)\n([\s\S]*?)^\1```$/gm)].map(
  (match) => ({
    info: match[2] ?? '',
    text: match[3] ?? '',
  }),
);
const commands = blocks
  .filter(({ info }) => info === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))
  // This very test is a part of it.
  .filter((line) => line !== 'npm test');

/** Rows of the table whose first column has this head, as cells without code marks. */
function rowsOf(head: string): readonly (readonly string[])[] {
  const tables = [...readme.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) =>
    table
      .trim()
      .split('\n')
      .map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
      ),
  );
  return tables.find((rows) => rows[0]?.[0] === head)?.slice(2) ?? [];
}

function between(start: string, end: string): string {
  const from = readme.indexOf(start) + start.length;
  return readme.slice(from, readme.indexOf(end, from));
}

describe('the README', () => {
  it('marks every shell block as one that runs here or with what it needs', () => {
    const infos = new Set(blocks.map(({ info }) => info));
    expect(infos).toEqual(
      new Set([
        'yaml',
        'yaml config',
        'yaml part',
        'text',
        'ts',
        'sh',
        'sh needs-key',
        'sh needs-servers',
        'sh needs-package',
        'sh needs-docker',
      ]),
    );
    expect(commands).toContain('npm start');
  });

  it('lists every setting, with its variable and its key in the file', () => {
    const listed = rowsOf('variable').map(([name, key]) => [name, key]);
    expect(listed).toEqual(settingList.map(({ name, key = '' }) => [name, key]));
  });

  it('shows a configuration file that is right', () => {
    const text = blocks.find(({ info }) => info === 'yaml config')?.text ?? '';
    const { values, problems } = parseConfigFile(text, 'pollen-batch.yaml');
    expect(problems).toEqual([]);
    expect(Object.keys(values)).toContain('POLLEN_BATCH_LANES');
  });

  it('lists every parameter of the API', () => {
    const names = (text: string): readonly string[] =>
      [...text.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '');
    expect(names(between('<!-- params:text -->', '<!-- params:end -->'))).toEqual(Object.keys(textParams));
    expect(names(between('<!-- params:image -->', '<!-- params:end -->'))).toEqual(Object.keys(imageParams));
  });
});

describe('the README, beside the product', { timeout: 240_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    // A clone of its own, as far as the commands can tell, so that what they write is not the developer's.
    folder = await mkdtemp(join(tmpdir(), 'pollen-batch-readme-'));
    for (const name of ['bin', 'jobs', 'src', 'node_modules', 'package.json', 'package-lock.json']) {
      await symlink(join(repository, name), join(folder, name));
    }
    await seedPorts(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('lists the commands and exit codes that --help does', async () => {
    await using desk = await createDesk();
    const { stdout: help } = await desk.runWith({ environment: { COLUMNS: '200' } }, '--help');
    const text = help.replaceAll(/\s+/g, ' ');
    const listed = rowsOf('command').map(([name]) => name);
    const known = [...help.matchAll(/^ {2}([a-z]+)(?: \[options\])?((?: [<[](?!options)[^ ]+)*) {2,}/gm)]
      .map((match) => `${match[1]}${match[2]}`)
      .filter((name) => !name.startsWith('help'));
    expect(listed).toEqual(known);
    for (const [, words] of rowsOf('command')) expect(text).toContain(words);
    expect(rowsOf('exit code').map(([code]) => Number(code))).toEqual(Object.values(exitCodes));
    for (const [code, words] of rowsOf('exit code')) expect(text).toContain(`${code} ${words}`);
  });

  it.each(['results', 'open'])('lists the options of `%s` that its --help does', async (command) => {
    await using desk = await createDesk();
    const { stdout } = await desk.run(command, '--help');
    const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('Global Options:'));
    const known = [...options.matchAll(/^ {2}(--[a-z-]+(?: <[a-z]+>)?)/gm)].map(([, name]) => name);
    const listed = rowsOf(`option of \`${command}\``);
    expect(listed.map(([name]) => name)).toEqual(known);
    const text = options.replaceAll(/\s+/g, ' ');
    for (const [name, words] of listed) expect(text).toContain(`${name} ${words}`);
  });

  it('checks the job of the first screen as right', async () => {
    await using desk = await createDesk();
    const job = blocks.find(({ info }) => info === 'yaml')?.text ?? '';
    await desk.file('bees.yaml', job);
    const { code, stdout } = await desk.run('validate', 'bees.yaml');
    expect([code, stdout]).toEqual([0, 'bees.yaml: ok, 4 items\n']);
  });

  it.each(commands)('says of `%s` what works', async (line) => {
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(?:POLLINATIONS|S3|TEMPORAL|AWS|npm)_|^POLLEN_BATCH_RPS$/i.test(name),
      ),
    );
    const { stderr } = await run('bash', ['-c', line], { cwd: folder, env: environment, timeout: 230_000 });
    if (line !== 'npm start') return;
    const shown = between('<!-- output:start -->', '<!-- output:end -->')
      .replace(/^```.*\n/gm, '')
      .trim();
    expect(stable(stderr)).toEqual(stable(shown));
  });
});

// Ports and times differ from run to run, and how often a line of progress is due.
function stable(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line !== '' && !/^\d+\/\d+ · /.test(line) && !line.startsWith('Installing '))
    .filter((line) => !line.startsWith('Fetching ') && !line.startsWith('npm '))
    .map((line) => line.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT').replace(/in [\d.]+ s/, 'in TIME'));
}
