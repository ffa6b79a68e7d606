import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinary } from '../../src/local/binaries.ts';
import { startGuard } from '../../src/local/child.ts';
import { findStoreProgram, startStoreServer } from '../../src/local/object-store-server.ts';
import { temporaryFolder, testBinaries } from '../support/local-servers.ts';

describe('findStoreProgram', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dataDir: string;
  let bin: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    dataDir = join(folder.path, 'objects');
    bin = join(folder.path, 'bin');
    await mkdir(bin);
  });
  afterEach(() => folder.remove());

  const install = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await writeFile(join(bin, name), '#!/bin/sh\necho "version 8000GB 4.48 linux amd64"\n', {
        mode: 0o755,
      });
    }
  };
  const find = (explicit?: string): ReturnType<typeof findStoreProgram> =>
    findStoreProgram(dataDir, {
      path: bin,
      cacheDir: join(folder.path, 'cache'),
      ...(explicit === undefined ? {} : { explicit }),
    });

  it('prefers MinIO on PATH, then Silo, then SeaweedFS', async () => {
    await install('weed');
    expect(await find()).toEqual({ kind: 'seaweedfs', path: join(bin, 'weed') });
    await install('silo');
    expect(await find()).toEqual({ kind: 'minio', path: join(bin, 'silo') });
    await install('minio');
    expect(await find()).toEqual({ kind: 'minio', path: join(bin, 'minio') });
  });

  it('stays with the program that already keeps objects in the folder', async () => {
    await install('minio', 'weed');
    await mkdir(join(dataDir, 'seaweedfs'), { recursive: true });
    expect(await find()).toEqual({ kind: 'seaweedfs', path: join(bin, 'weed') });
  });

  it("does not start an empty store beside MinIO's objects when MinIO is gone", async () => {
    await install('weed');
    await mkdir(join(dataDir, 'minio'), { recursive: true });
    await expect(find()).rejects.toMatchObject({
      code: 'binary-missing',
      remedy: expect.stringContaining('minio'),
    });
  });

  it('takes the SeaweedFS that was named before a MinIO on PATH', async () => {
    await install('minio', 'weed');
    expect(await find(join(bin, 'weed'))).toEqual({ kind: 'seaweedfs', path: join(bin, 'weed') });
  });

  it('starts a server again on other ports when one has been taken since it was found free', async () => {
    const weed = (await findBinary('weed', testBinaries('weed'))).path;
    const [args, wrapper] = [join(folder.path, 'args'), join(bin, 'weed')];
    // Ends at its first start, as one does that finds a port taken.
    const script = `#!/bin/sh\necho "$*" >> ${args}\n[ "$(wc -l < ${args})" -gt 1 ] || exit 1\nexec ${weed} "$@"\n`;
    await writeFile(wrapper, script, { mode: 0o755 });
    const guard = await startGuard();
    const portsFile = join(folder.path, 'ports.json');
    const { endpoint, child } = await startStoreServer({
      program: { kind: 'seaweedfs', path: wrapper },
      guard,
      dataDir,
      logFile: join(folder.path, 'objects.log'),
      portsFile,
    });
    const [first = [], second = []] = (await readFile(args, 'utf8'))
      .split('\n')
      .map((line) => [...line.matchAll(/port(?:\.grpc)?=(\d{4,5})/g)].map(([, port]) => port));
    expect(first).toHaveLength(10);
    expect(second.filter((port) => first.includes(port))).toEqual([]);
    expect(endpoint).toBe(`http://127.0.0.1:${second[0]}`);
    expect(JSON.parse(await readFile(portsFile, 'utf8'))).toMatchObject({ objects: Number(second[0]) });
    await child.stop({ fast: true });
    await guard.close();
  });

  it('says what a server that does not start has written', async () => {
    await writeFile(join(bin, 'weed'), '#!/bin/sh\necho "no space left"; exit 1\n', { mode: 0o755 });
    const guard = await startGuard();
    const start = startStoreServer({
      program: { kind: 'seaweedfs', path: join(bin, 'weed') },
      guard,
      dataDir,
      logFile: join(folder.path, 'objects.log'),
    });
    await expect(start).rejects.toMatchObject({ code: 'store-unreachable', details: ['no space left'] });
    await guard.close();
  });
});
