/**
 * Runs as a process of its own between the product and the programs it starts. It is their parent, and ends them when
 * the product's end of the channel closes, which the system does even for a SIGKILL. Nothing outside Node is imported,
 * so that it starts fast.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { GuardAnswer, GuardRequest, StartRequest } from './guard-messages.ts';

interface Watched {
  readonly child: ChildProcess;
  readonly graceMs: number;
  readonly endsLast: boolean;
  isStopping: boolean;
}

const watched = new Map<number, Watched>();

process.on('message', (request: GuardRequest) => {
  if (request.kind === 'start') return start(request);
  const entry = watched.get(request.id);
  if (entry !== undefined) stop(entry, request.graceMs);
});

process.on('disconnect', windDown);

// A fault here must not leave programs behind that nobody watches.
process.on('uncaughtException', () => {
  for (const { child } of watched.values()) killGroup(child);
  process.exit(1);
});

// Only the closing of the channel ends the guard: a signal meant for the whole terminal must not orphan the programs.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

function start({
  id,
  command,
  arguments: parameters,
  environment,
  cwd,
  logFile,
  graceMs,
  endsLast,
}: StartRequest): void {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command, [...parameters], {
    stdio: ['ignore', log, log],
    // A group of its own, so that a SIGKILL reaches what the program itself has started.
    detached: true,
    windowsHide: true,
    ...(environment === undefined ? {} : { env: { ...environment } }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (child.pid !== undefined) watched.set(id, { child, graceMs, endsLast, isStopping: false });
  closeSync(log);
  child.on('error', (error) => {
    if (child.pid === undefined) answer({ kind: 'failed', id, message: error.message });
  });
  child.on('exit', (code, signal) => {
    watched.delete(id);
    answer({ kind: 'exited', id, code, signal });
    windDown();
  });
  if (child.pid === undefined) return;
  answer({ kind: 'started', id, pid: child.pid });
  // The channel may have closed since the request: nobody would ask for the end of this one.
  windDown();
}

function stop(entry: Watched, graceMs: number): void {
  const { child } = entry;
  entry.isStopping = true;
  if (graceMs === 0) return killGroup(child);
  child.kill('SIGTERM');
  const timer = setTimeout(() => killGroup(child), graceMs);
  child.once('exit', () => clearTimeout(timer));
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No groups on Windows, or not a leader any more.
    child.kill('SIGKILL');
  }
}

function answer(message: GuardAnswer): void {
  // The product may be gone at any moment; the ending of the programs goes on all the same.
  if (process.connected) process.send?.(message, () => {});
}

// Once the product is gone: servers end last, so that a worker can still store an answer that has been paid.
function windDown(): void {
  if (process.connected) return;
  const left = [...watched.values()];
  if (left.length === 0) process.exit(0);
  const first = left.filter((entry) => !entry.endsLast);
  for (const entry of first.length > 0 ? first : left) {
    if (!entry.isStopping) stop(entry, entry.graceMs);
  }
}
