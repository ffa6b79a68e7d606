import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { jobFolder } from '../../src/commands/job/job-folder.ts';
import { validate } from '../../src/commands/job/validate.ts';
import { encodePng } from '../../src/emulator/png.ts';
import { paint } from '../../src/emulator/picture.ts';
import { hostileNames } from './hostile-names.ts';

const secret = 's3cret-of-another-folder';

let home: string;
let folder: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pollen-batch-paths-'));
  folder = join(home, 'jobs');
  mkdirSync(join(folder, 'data'), { recursive: true });
  // What is outside is just what the job asks for, so that only the rule keeps it out.
  mkdirSync(join(home, 'etc'));
  mkdirSync(join(home, 'proc/self'), { recursive: true });
  for (const name of ['etc/passwd', 'secret.csv', '.env', 'proc/self/environ']) {
    writeFileSync(join(home, name), `a,b\n${secret},${secret}\n`);
  }
  writeFileSync(join(home, 'secret.png'), encodePng(paint('0123456789abcdef'.repeat(4), 16, 16), ''));
  writeFileSync(join(folder, 'data/own.csv'), 'a,b\n1,2\n');
  symlinkSync('..', join(folder, 'up'));
  symlinkSync('/', join(folder, 'out'));
  symlinkSync('up/secret.csv', join(folder, 'linked.csv'));
  symlinkSync('../secret.png', join(folder, 'linked.png'));
  symlinkSync('looped.csv', join(folder, 'looped.csv'));
  symlinkSync('/proc/self/environ', join(folder, 'environment.csv'));
  symlinkSync('/dev/zero', join(folder, 'zero.png'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const links = [
  'linked.csv',
  'linked.png',
  'looped.csv',
  'environment.csv',
  'zero.png',
  'up/jobs/../secret.csv',
];
const paths = [...hostileNames, ...links];

async function textOf(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of jobFolder(folder).open(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The problems of a job that names all of the paths, each in an item of its own. */
async function problemsOf(items: readonly object[]) {
  const file = join(folder, 'job.yaml');
  writeFileSync(file, JSON.stringify({ version: 1, name: 'bees', items }));
  const [validation] = await validate([file]);
  return validation !== undefined && 'problems' in validation ? validation.problems : [];
}

describe('the files of a job', () => {
  it('are none of the folders above, however they are written', async () => {
    let refused = 0;
    for (const path of paths) {
      const text = await textOf(path).catch((error: unknown) => {
        refused += 1;
        return String(error);
      });
      expect(text, JSON.stringify(path.slice(0, 80))).not.toContain(secret);
    }
    expect(refused).toBe(paths.length);
  });

  it('are matched by no pattern that leads out', async () => {
    for (const glob of [
      '../*',
      '../**/*',
      '/etc/*',
      'up/*',
      'out/etc/*',
      '*/secret.csv',
      'data/../../*',
      '**/../../*',
      '*.csv/..',
    ]) {
      const found = await jobFolder(folder)
        .match(glob)
        .catch(() => []);
      expect(
        found.filter((path) => !/^(data\/own|linked|looped|environment)\.csv$/.test(path)),
        glob,
      ).toEqual([]);
    }
    // A link that a pattern matches is looked at when it is opened.
    for (const path of await jobFolder(folder).match('*.csv')) await expect(textOf(path)).rejects.toThrow();
  });

  it.each([
    ['data', (path: string) => ({ from: { path, format: 'csv' }, text: 'Hi {{ row.a }}' })],
    ['data of a type that its name says', (path: string) => ({ from: path, text: 'Hi {{ row.a }}' })],
    ['pictures', (path: string) => ({ text: 'Hi', images: [path] })],
    ['pictures of a template', (path: string) => ({ vars: { path }, text: 'Hi', images: ['{{ path }}'] })],
  ])('are refused as %s, with the place of the path', async (_what, item) => {
    const own = hostileNames.length;
    for (let from = 0; from < own; from += 60) {
      for (const path of [...paths.slice(from, from + 60), ...(from === 0 ? links : [])]) {
        const problems = await problemsOf([item(path)]);
        expect(problems.length, JSON.stringify(path.slice(0, 80))).toBeGreaterThan(0);
        for (const { file, line, message } of problems) {
          expect(file.startsWith(folder) || file === path).toBe(true);
          expect(line).toBeGreaterThanOrEqual(1);
          expect(message).not.toContain(secret);
        }
      }
    }
  });

  it('leave nothing behind in the folders', () => {
    expect(readdirSync(home).sort()).toEqual(['.env', 'etc', 'jobs', 'proc', 'secret.csv', 'secret.png']);
  });
});
