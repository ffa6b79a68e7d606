import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { findHadolint, noHadolint } from '../support/find-hadolint.ts';
import { readText, repository } from './compose-file.ts';

const hadolint = await findHadolint();
if (hadolint === undefined) console.warn(`Hadolint is not run: ${noHadolint}.`);

/** The instructions, with continued lines joined. */
const instructions = readText('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const all = (wanted: string): readonly string[] =>
  instructions.filter(({ word }) => word === wanted).map(({ rest }) => rest);

describe('the Dockerfile', () => {
  it.skipIf(hadolint === undefined)('has nothing that hadolint would tell, of any severity', async () => {
    const lint = promisify(execFile)(hadolint ?? '', [
      '--no-color',
      '--format',
      'json',
      join(repository, 'Dockerfile'),
    ]);
    const stdout = await lint.then(
      (ended) => ended.stdout,
      (error: unknown) => (error as { readonly stdout: string }).stdout,
    );
    expect(JSON.parse(stdout)).toEqual([]);
  });

  // Those of hadolint's rules that matter here, for where it is not: https://github.com/hadolint/hadolint#rules
  it('has pinned bases, absolute folders and commands as lists (DL3000, DL3006, DL3007, DL3025)', () => {
    for (const base of all('FROM'))
      expect(base).toMatch(/^(?:base|[a-z0-9./-]+:(?!latest)[\w.-]+@sha256:[0-9a-f]{64})(?: AS \w+)?$/);
    for (const folder of all('WORKDIR')) expect(folder).toMatch(/^\//);
    for (const command of [...all('CMD'), ...all('ENTRYPOINT')])
      expect(Array.isArray(JSON.parse(command))).toBe(true);
    expect([all('ENTRYPOINT').length, all('CMD').length]).toEqual([1, 1]);
  });

  it('ends as a user who is no root, by number (DL3002, DL3066)', () => {
    expect(all('USER')).toEqual(['1000:1000']);
    const last = instructions.findLastIndex(({ word }) => word === 'USER');
    for (const { word } of instructions.slice(last))
      expect(['USER', 'STOPSIGNAL', 'ENTRYPOINT', 'CMD']).toContain(word);
  });

  it('fetches nothing but by npm, and takes nothing from elsewhere (DL3004, DL3008, DL3020, DL3047, DL4001, DL4006)', () => {
    expect(all('ADD')).toEqual([]);
    for (const command of all('RUN')) {
      expect(command).not.toMatch(/\b(?:sudo|ssh|apt|apt-get|apk|yum|pip|curl|wget|nc)\b/);
      // A pipe would hide that its first part failed.
      expect(command.replaceAll(/'[^']*'|"[^"]*"/g, '').replaceAll('||', '')).not.toContain('|');
      expect(command).not.toMatch(/chmod (?:-R )?(?:0?777|a\+w)|--unsafe-perm|--allow-root/);
    }
    expect(all('RUN').filter((command) => command.startsWith('npm ci'))).toEqual([
      expect.stringContaining('--ignore-scripts'),
    ]);
  });

  it('holds no secret, and asks for none while it is built', () => {
    expect(all('ARG')).toEqual([]);
    for (const line of [...all('ENV'), ...all('LABEL'), ...all('RUN')]) {
      expect(line).not.toMatch(
        /\b\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|CREDENTIAL)\w*=|\b[sp]k_\w{8}|minioadmin/i,
      );
    }
    for (const copied of all('COPY'))
      expect(copied).not.toMatch(/\.env|\.npmrc|\.git\b|secrets|\.ssh|id_rsa/);
  });
});
