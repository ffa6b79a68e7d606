import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

import { vi } from 'vitest';

import { choosePorts } from '../../src/local/ports.ts';
import { checkDesk, type DeskCheck } from '../support/check-desk.ts';

/** The folder of the sources. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A command of the product that runs, or has run, as a process of its own. */
export interface Command {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Ctrl-C. */
  interrupt(): void;
  /** Waits until the talk on stderr has this. */
  untilSaid(text: string | RegExp): Promise<void>;
  /** Resolves with the exit code; a process that was killed by a signal has -1. */
  readonly exited: Promise<number>;
}

/** A command that has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A working folder of a person with nothing configured. */
export interface Desk extends AsyncDisposable {
  readonly folder: string;
  /** Writes a file of that folder. */
  file(name: string, text: string): Promise<string>;
  start(parameters: readonly string[], options?: CommandOptions): Command;
  /** Runs a command to its end. */
  run(...parameters: readonly string[]): Promise<Ended>;
  runWith(options: CommandOptions, ...parameters: readonly string[]): Promise<Ended>;
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const patience = { timeout: 90_000, interval: 50 };

/**
 * Makes a desk with ports of its own; what is still running when it is left is killed, and all runs that have ended are held
 * against the journal of the emulator.
 *
 * @param program - the program to run, from the desk's folder; the clone's when not given
 * @param check - what is said of its runs for that
 */
export async function createDesk(
  environment: Readonly<Record<string, string>> = {},
  program = join(repository, 'bin/pollen-batch.js'),
  check: DeskCheck = {},
): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'pollen-batch-desk-'));
  await seedPorts(folder);
  const running = new Set<Command>();
  const start: Desk['start'] = (parameters, options = {}) => {
    const command = startCommand(
      [program, ...parameters],
      folder,
      { ...environment, ...options.environment },
      options.input,
    );
    running.add(command);
    void command.exited.then(() => running.delete(command));
    return command;
  };
  const runWith: Desk['runWith'] = async (options, ...parameters) => {
    const command = start(parameters, options);
    const code = await command.exited;
    return { code, stdout: command.stdout(), stderr: command.stderr() };
  };
  return {
    folder,
    start,
    runWith,
    run: (...parameters) => runWith({}, ...parameters),
    file: async (name, text) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    [Symbol.asyncDispose]: async () => {
      for (const { pid } of running) process.kill(pid, 'SIGKILL');
      await Promise.all([...running].map(({ exited }) => exited));
      await untilStackGone(folder);
      const findings = await checkDesk(join(folder, '.pollen-batch'), check);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      if (findings.length > 0) throw new Error(`runs do not hold: ${inspect(findings, { depth: 3 })}`);
    },
  };
}

/** Makes a desk beside whose commands the stack of `dev` runs. */
export async function createDevDesk(
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly desk: Desk; readonly dev: Command }> {
  const desk = await createDesk(environment);
  try {
    const dev = desk.start(['dev']);
    await dev.untilSaid('In another terminal');
    return { desk, dev };
  } catch (error) {
    await desk[Symbol.asyncDispose]();
    throw error;
  }
}

/** Chooses ports beforehand: two stacks that start at once would both find the well-known ones free. */
export async function seedPorts(folder: string): Promise<void> {
  const data = join(folder, '.pollen-batch');
  await choosePorts({ names: ['temporal', 'temporalUi'], file: join(data, 'temporal/ports.json') });
  await choosePorts({ names: ['objects', 'objectsConsole'], file: join(data, 'objects/ports.json') });
}

/** A job of as many texts, each a call of its own. */
export function jobOf(name: string, texts: number): string {
  const prompts = Array.from({ length: texts }, (_, index) => `      - Text ${index + 1} of ${name}`);
  return [
    'version: 1',
    `name: ${name}`,
    'defaults: { text: { model: openai, max_tokens: 30 } }',
    'items:',
    '  - prompts:',
    ...prompts,
    '',
  ].join('\n');
}

/** The lines of a JSONL file. */
export async function readLines<Line>(...path: readonly string[]): Promise<readonly Line[]> {
  const text = await readFile(join(...path), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** The run id that a command printed first. */
export function runIdIn(text: string): string {
  const runId = /^([\w.-]+-[0-9a-f]{10}(?:-r\d+)?): /m.exec(text)?.[1];
  if (runId === undefined) throw new Error(`no run id in:\n${text}`);
  return runId;
}

function startCommand(
  parameters: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
  input: string | undefined,
): Command {
  const child = spawn(process.execPath, parameters, {
    cwd,
    env: { ...bareEnvironment(), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {}).end(input ?? '');
  const exited = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    interrupt: () => void child.kill('SIGINT'),
    exited,
    untilSaid: async (text) => {
      const isSaid = (): boolean => (typeof text === 'string' ? stderr.includes(text) : text.test(stderr));
      let hasEnded = false;
      void exited.then(() => (hasEnded = true));
      await vi.waitUntil(() => isSaid() || hasEnded, patience);
      if (!isSaid()) throw new Error(`the command ended without saying ${String(text)}:\n${stderr}`);
    },
  };
}

// Nothing of the developer's own settings may reach a test.
function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'POLLEN_BATCH_CACHE'];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

// The programs of a killed stack end by themselves, a moment later.
async function untilStackGone(folder: string): Promise<void> {
  const data = join(folder, '.pollen-batch');
  await vi.waitFor(async () => {
    const locks = (await readdir(data).catch(() => [])).filter((name) => name.endsWith('.lock'));
    for (const lock of locks) {
      const { programs } = JSON.parse(await readFile(join(data, lock), 'utf8')) as {
        programs: readonly { readonly name: string; readonly pid: number }[];
      };
      for (const { name, pid } of programs) if (isAlive(pid)) throw new Error(`${name} still runs`);
    }
  }, patience);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
