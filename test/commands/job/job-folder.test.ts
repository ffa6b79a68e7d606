import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { jobFolder } from '../../../src/commands/job/job-folder.ts';
import { temporaryFolder } from '../../support/local-servers.ts';

describe('the files of a job', () => {
  let folder: string;
  beforeAll(async () => {
    const { path: home } = await temporaryFolder();
    folder = join(home, 'job');
    mkdirSync(join(folder, 'data', 'deep'), { recursive: true });
    writeFileSync(join(home, 'secret.csv'), 'a\n');
    writeFileSync(join(folder, 'data', 'catalogue.csv'), 'a\n1\n');
    writeFileSync(join(folder, 'data', 'deep', 'b.txt'), 'b');
    writeFileSync(join(folder, 'a.txt'), 'a');
    symlinkSync('../secret.csv', join(folder, 'out.csv'));
    symlinkSync('..', join(folder, 'up'));
    symlinkSync('/dev/zero', join(folder, 'zero.csv'));
    symlinkSync('data/catalogue.csv', join(folder, 'in.csv'));
    execFileSync('/usr/bin/env', ['mkfifo', join(folder, 'pipe.csv')]);
  });

  async function textOf(path: string): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of jobFolder(folder).open(path)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it('are those below its folder, links that stay there among them', async () => {
    expect(await textOf('data/catalogue.csv')).toBe('a\n1\n');
    expect(await textOf('in.csv')).toBe('a\n1\n');
  });

  it.each([
    ['../secret.csv', 'does not leave the folder'],
    ['data/../../secret.csv', 'does not leave the folder'],
    ['/etc/passwd', 'is not absolute'],
    ['out.csv', "a link leads out of the job's folder"],
    ['up/secret.csv', "a link leads out of the job's folder"],
    ['zero.csv', "a link leads out of the job's folder"],
    ['pipe.csv', 'it is no regular file'],
    ['data', 'it is a folder'],
    ['.', 'it is a folder'],
    ['data/catalog.csv', 'there is no such file; did you mean `catalogue.csv`?'],
    ['none/catalogue.csv', 'there is no such file'],
  ])('are never %s', async (path, reason) => {
    await expect(textOf(path)).rejects.toThrow(reason);
  });

  it('are found by a pattern, in one order, and never outside', async () => {
    const match = (glob: string): Promise<readonly string[]> => jobFolder(folder).match(glob);
    expect(await match('*.txt')).toEqual(['a.txt']);
    expect(await match('./*.txt')).toEqual(['a.txt']);
    expect(await match('./data/**')).toEqual(['data/catalogue.csv', 'data/deep/b.txt']);
    expect(await match('**/*.txt')).toEqual(['a.txt', 'data/deep/b.txt']);
    expect(await match('data/*/?.txt')).toEqual(['data/deep/b.txt']);
    await expect(match('*.md')).rejects.toThrow('it matches no file');
    await expect(match('date/*.csv')).rejects.toThrow(
      '`date/*.csv` cannot be read: there is no folder `date`; did you mean `data`?',
    );
    await expect(match('../*.csv')).rejects.toThrow('does not leave the folder');
    await expect(match('up/*.csv')).rejects.toThrow("a link leads out of the job's folder");
  });
});
