import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What may befall a worker's process by itself, each at the 25th request of one of its starts, and once. */
export const misfortunes = ['memory', 'rejection', 'stall'] as const;

/** Megabytes of heap that a worker gets that may run out of memory. */
const HEAP = 160;

// Only what the runtime itself does: a heap that is full, an error that nobody handles, a thread that does nothing else.
const befall = `
import { writeFileSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';
const acts = {
  memory() {
    const kept = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})));
  },
  rejection() {
    void Promise.reject(new Error('nobody handles this'));
  },
  stall() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
  },
};
let requests = 0;
subscribe('undici:request:create', ({ request }) => {
  if (request.path.includes('poison')) process.kill(process.pid, 'SIGKILL');
  if (!process.env.MISFORTUNES) return;
  requests += 1;
  if (requests !== 25) return;
  for (const [name, act] of Object.entries(acts)) {
    try {
      writeFileSync(process.env.MISFORTUNES + '/' + name + '.befallen', '', { flag: 'wx' });
    } catch {
      continue;
    }
    act();
    return;
  }
});`;

/**
 * Environment of a worker that dies by SIGKILL when it is about to send a request for poison.
 *
 * @param besides - whether the misfortunes befall it too
 */
export async function unluckyEnvironment(
  folder: string,
  besides: boolean,
): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, 'misfortunes.mjs');
  await writeFile(file, befall);
  const hook = `--import=${pathToFileURL(file).href}`;
  return besides
    ? { NODE_OPTIONS: `${hook} --max-old-space-size=${HEAP}`, MISFORTUNES: folder }
    : { NODE_OPTIONS: hook };
}

/** Which of the misfortunes have befallen workers. */
export async function befallen(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith('.befallen')).map((file) => file.replace('.befallen', ''));
}
