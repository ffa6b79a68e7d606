import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PollenBatchError } from '../errors.ts';
import type { GuardAnswer, GuardRequest } from './guard-messages.ts';

/** A program to run beside the product. */
export interface ChildProgram {
  /** What people call it, in messages. */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** Its whole environment. @default the product's own */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Receives both output streams. The file of the start before is kept as `<logFile>.previous`. */
  readonly logFile: string;
  /** Milliseconds it gets between SIGTERM and SIGKILL. @default 10000 */
  readonly graceMs?: number;
  /**
   * Whether it serves the others, and so ends only after them when this process is killed.
   * @default false
   */
  readonly endsLast?: boolean;
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** SIGTERM, then SIGKILL after the grace; `fast` sends SIGKILL at once. Resolves when the process has ended. */
  stop(options?: StopOptions): Promise<ExitStatus>;
}

export interface StopOptions {
  /** Ends by SIGKILL: for programs that lose nothing acknowledged by it. @default false */
  readonly fast?: boolean;
}

/** Keeps programs that end with this process, however it ends. */
export interface ChildGuard {
  readonly pid: number;
  /** @throws PollenBatchError `binary-missing` when the command cannot be run. */
  start(program: ChildProgram): Promise<Child>;
  /** Ends the guard and, by SIGTERM and grace, whatever still runs under it. Resolves when all have ended. */
  close(): Promise<void>;
}

interface Slot {
  readonly started: (pid: number) => void;
  readonly failed: (reason: string) => void;
  readonly exited: (status: ExitStatus) => void;
  pid?: number;
}

const defaultGraceMs = 10_000;

/** Starts the guard process (40 MB, 0.1 s compiled; about twice that from sources, which need a loader). */
export async function startGuard(): Promise<ChildGuard> {
  const { process: guard, pid } = await spawnGuard();
  const slots = new Map<number, Slot>();
  let lastId = 0;

  guard.on('message', (message: GuardAnswer) => {
    // A source loader sends messages of its own over the channel.
    const slot = slots.get(message.id);
    if (slot === undefined) return;
    if (message.kind === 'started') {
      slot.pid = message.pid;
      slot.started(message.pid);
      return;
    }
    slots.delete(message.id);
    if (message.kind === 'failed') slot.failed(message.message);
    else slot.exited({ code: message.code, signal: message.signal });
  });
  const ended = new Promise<void>((resolve) => {
    guard.once('exit', () => {
      // Nobody else would end these: the guard was their parent, and something killed it.
      for (const slot of slots.values()) {
        if (slot.pid !== undefined) killQuietly(slot.pid);
        slot.failed('its guard process has ended');
        slot.exited({ code: null, signal: 'SIGKILL' });
      }
      slots.clear();
      resolve();
    });
  });

  const start = async (program: ChildProgram): Promise<Child> => {
    lastId += 1;
    const id = lastId;
    const graceMs = program.graceMs ?? defaultGraceMs;
    await mkdir(dirname(program.logFile), { recursive: true });
    await rename(program.logFile, `${program.logFile}.previous`).catch(() => {});
    if (!guard.connected) throw cannotRun(program, 'its guard process has ended');
    let resolveExited: (status: ExitStatus) => void = () => {};
    const exited = new Promise<ExitStatus>((resolve) => {
      resolveExited = resolve;
    });
    const started = new Promise<number>((resolve, reject) => {
      slots.set(id, {
        started: resolve,
        failed: (message) => reject(cannotRun(program, message)),
        exited: resolveExited,
      });
    });
    send(guard, {
      kind: 'start',
      id,
      command: program.command,
      arguments: program.arguments,
      logFile: program.logFile,
      graceMs,
      endsLast: program.endsLast ?? false,
      ...(program.environment === undefined ? {} : { environment: program.environment }),
      ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
    });
    const childPid = await started;
    return {
      name: program.name,
      pid: childPid,
      logFile: program.logFile,
      exited,
      stop: ({ fast = false } = {}) => {
        send(guard, { kind: 'stop', id, graceMs: fast ? 0 : graceMs });
        return exited;
      },
    };
  };

  return {
    pid,
    start,
    close: async () => {
      if (guard.connected) guard.disconnect();
      await ended;
    },
  };
}

/** The last lines a program wrote, for messages about its failure. */
export async function lastLines(logFile: string, count = 5): Promise<readonly string[]> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count);
}

async function spawnGuard(): Promise<{ readonly process: ChildProcess; readonly pid: number }> {
  // The same file runs as a source in a clone, where Node needs a loader for it, and compiled in a package.
  const extension = extname(import.meta.url);
  const file = fileURLToPath(new URL(`./guard${extension}`, import.meta.url));
  const loader =
    extension === '.ts'
      ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
      : [];
  const guard = spawn(process.execPath, [...loader, file], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Out of the terminal's group: Ctrl-C is for the product, which then ends its programs in order.
    detached: true,
    windowsHide: true,
  });
  await new Promise<void>((resolve, reject) => guard.once('spawn', resolve).once('error', reject));
  if (guard.pid === undefined) throw new PollenBatchError('internal', 'The guard process did not start.');
  return { process: guard, pid: guard.pid };
}

function send(guard: ChildProcess, request: GuardRequest): void {
  if (guard.connected) guard.send(request);
}

function cannotRun(program: ChildProgram, reason: string): PollenBatchError {
  return new PollenBatchError('binary-missing', `${program.name} cannot be run: ${reason}.`, {
    remedy: `Check that ${program.command} is there and may be executed.`,
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
