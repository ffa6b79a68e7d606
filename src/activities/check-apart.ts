import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** What the thread is asked: a schema and a value, both as JSON, and whether all problems are searched. */
export interface Asked {
  readonly schema: string;
  readonly value: string;
  readonly all: boolean;
}

/** What the thread tells: that it can be asked, or what is wrong with a value. */
export type Told = 'ready' | readonly string[];

/** A check that takes longer is given up. */
const DEADLINE_MS = 5_000;

let thread: Promise<Worker> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Holds a value against a schema in a thread of its own, one at a time: some schemas take hours over a few bytes, and
 * only a thread can be ended in the middle of a regular expression.
 *
 * @param deadlineMs - time for the check once its turn has come. Default: 5 s
 */
export function checkApart(asked: Asked, deadlineMs = DEADLINE_MS): Promise<readonly string[]> {
  const checked = last.then(() => ask(asked, deadlineMs));
  last = checked.catch(() => {});
  return checked;
}

async function ask(asked: Asked, deadlineMs: number): Promise<readonly string[]> {
  const worker = await (thread ??= start());
  const told = await answerOf(worker, deadlineMs, () =>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    worker.postMessage(asked),
  );
  if (Array.isArray(told)) return told as readonly string[];
  thread = undefined;
  await worker.terminate();
  return [
    told === 'late'
      ? `checking it took longer than ${deadlineMs / 1_000} s, which its patterns, uniqueItems or $ref may cause`
      : 'its check ended without a result',
  ];
}

async function start(): Promise<Worker> {
  const worker = spawn();
  const told = await answerOf(worker);
  if (told === 'ready') return worker;
  thread = undefined;
  throw new Error('the thread that checks answers did not start');
}

// It keeps the process up while it is waited for, and only then.
function answerOf(worker: Worker, deadlineMs?: number, send?: () => void): Promise<Told | 'late' | 'ended'> {
  return new Promise((resolve) => {
    const timer = deadlineMs === undefined ? undefined : setTimeout(() => end('late'), deadlineMs);
    const ended = (): void => end('ended');
    function end(how: Told | 'late' | 'ended'): void {
      clearTimeout(timer);
      worker.off('message', end).off('error', ended).off('exit', ended).unref();
      resolve(how);
    }
    worker.on('message', end).on('error', ended).on('exit', ended).ref();
    send?.();
  });
}

// The same file runs as a source in a clone, where the thread needs a loader that it does not have from its parent.
function spawn(): Worker {
  const extension = extname(import.meta.url);
  const file = new URL(`answer-thread${extension}`, import.meta.url);
  if (extension !== '.ts') return new Worker(file, { execArgv: [] });
  const tsx = new URL('index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')));
  const code = `import('${tsx.href}').then(({ register }) => { register(); return import('${file.href}'); });`;
  return new Worker(code, { eval: true, execArgv: [] });
}
