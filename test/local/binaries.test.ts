import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinary, type BinarySearch } from '../../src/local/binaries.ts';
import { installProgram } from '../../src/local/install.ts';
import { temporaryFolder, testBinaries } from '../support/local-servers.ts';

describe('findBinary', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let search: BinarySearch;

  beforeEach(async () => {
    folder = await temporaryFolder();
    search = { path: join(folder.path, 'bin'), cacheDir: join(folder.path, 'cache') };
  });
  afterEach(() => folder.remove());

  const program = async (path: string, version: string): Promise<string> => {
    const file = join(folder.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0)"\n`, { mode: 0o755 });
    return file;
  };

  it('takes the path that was named, whatever its version, before anything else', async () => {
    await program('bin/temporal', '1.9.1');
    const explicit = await program('mine/temporal', '1.2.3');
    expect(await findBinary('temporal', { ...search, explicit })).toEqual({
      path: explicit,
      source: 'explicit',
    });
  });

  it('does not look elsewhere when the path that was named is wrong', async () => {
    await program('bin/temporal', '1.9.1');
    await expect(findBinary('temporal', { ...search, explicit: '/no/temporal' })).rejects.toMatchObject({
      code: 'binary-missing',
      message: expect.stringContaining('/no/temporal'),
    });
  });

  it.each(['1.9.1', '1.10.0', '2.0.0'])('takes version %s from PATH', async (version) => {
    const path = await program('bin/temporal', version);
    expect(await findBinary('temporal', search)).toEqual({ path, source: 'path' });
  });

  it.each(['1.9.0', '1.8.2', '0.99.0'])(
    'passes over version %s on PATH for the one in the cache',
    async (version) => {
      await program('bin/temporal', version);
      const path = await program('cache/bin/temporal-1.9.1/temporal', '1.9.1');
      expect(await findBinary('temporal', search)).toEqual({ path, source: 'cache' });
    },
  );

  it('is there for the pinned versions of both programs, from some source', async () => {
    for (const name of ['temporal', 'weed'] as const) {
      expect((await stat((await findBinary(name, testBinaries(name))).path)).mode & 0o100).not.toBe(0);
    }
  });
});

describe('installProgram', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('runs nothing whose sha256 is not the pinned one, and says what was tried and what to install', async () => {
    const path = process.env['PATH'];
    const target = join(folder.path, 'bin', 'temporal-1.9.1', 'temporal');
    try {
      // Neither Python nor uv is to be had, and the vendor answers with something else.
      process.env['PATH'] = folder.path;
      const failure = installProgram({
        name: 'temporal',
        target,
        fileName: 'temporal',
        tried: ['PATH: no temporal there'],
        fetch: () => Promise.resolve(new Response('something else')),
      });
      await expect(failure).rejects.toMatchObject({
        code: 'binary-missing',
        remedy: expect.stringContaining('Install the Temporal CLI'),
        details: expect.arrayContaining([
          'PATH: no temporal there',
          expect.stringMatching(/^github\.com: sha256 is [0-9a-f]{64}/u),
          expect.stringContaining('neither Python with pip nor uv is there'),
        ]),
      });
    } finally {
      process.env['PATH'] = path;
    }
    await expect(stat(target)).rejects.toThrow('ENOENT');
    expect(await readdir(join(folder.path, 'bin'))).toEqual([]);
  });

  it('lets two installations of one program go on at once, and leaves one whole program', async () => {
    const target = join(folder.path, 'bin', 'weed-4.48', 'weed');
    const installation = { name: 'weed', target, fileName: 'weed', tried: [] } as const;
    const both = await Promise.all([installProgram(installation), installProgram(installation)]);
    expect(both.map((found) => found.path)).toEqual([target, target]);
    expect(await readdir(join(folder.path, 'bin'))).toEqual(['weed-4.48']);
    expect((await stat(target)).size).toBeGreaterThan(100_000_000);
  });
});
