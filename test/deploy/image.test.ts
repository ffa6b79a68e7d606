import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readText, repository } from './compose-file.ts';

/** The instructions, with continued lines joined. */
const instructions = readText('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
const copied = instructions
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.split(' ').slice(1, -1));

describe('the image', () => {
  it('stands on one pinned Node with glibc', () => {
    const bases = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(bases).toEqual([
      expect.stringMatching(/^node:24\.\d+\.\d+-bookworm-slim@sha256:/),
      'base',
      'base',
    ]);
  });

  it('runs the worker as no root, ended by SIGTERM', () => {
    expect(lastStage).toEqual(
      expect.arrayContaining([
        'USER 1000:1000',
        'STOPSIGNAL SIGTERM',
        'ENTRYPOINT ["node", "bin/pollen-batch.js"]',
        'CMD ["worker"]',
      ]),
    );
    expect(lastStage.findIndex((line) => line.startsWith('USER '))).toBeGreaterThan(
      lastStage.findLastIndex((line) => /^(RUN|COPY) /.test(line)),
    );
  });

  it('takes nothing with the modes of the clone, which may be closed to its user', () => {
    const opened = /^RUN chmod -R a\+rX (.*)$/m.exec(instructions.join('\n'))?.[1]?.split(' ') ?? [];
    const taken = lastStage
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => {
        expect(line).toMatch(/^COPY --from=build /);
        return [...line.matchAll(/\/app\/(\S+)/g)].map((match) => match[1] ?? '');
      });
    // These two are made in the image.
    expect([...opened, 'node_modules', 'dist'].sort()).toEqual([...taken].sort());
  });

  it('copies what is there, and lets nothing else into its build', () => {
    for (const path of copied) expect(existsSync(join(repository, path))).toBe(true);
    const ignored = readText('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignored[0]).toBe('*');
    expect(new Set(ignored.slice(1))).toEqual(new Set(copied.map((path) => `!${path}`)));
    expect(copied.join(' ')).not.toMatch(/\.env|secrets|node_modules/);
  });

  it('writes its cache where the deployment has a folder in memory', () => {
    expect(lastStage.join('\n')).toMatch(/^ENV .*POLLEN_BATCH_CACHE=\/tmp\//m);
  });
});
