import { once } from 'node:events';

import { inertData } from '../render/inert-data.ts';

/**
 * Writes data to standard output, and waits for whoever reads it, who may be slower than the store. On a terminal, what it would
 * obey is shown.
 *
 * @param chunk - whole characters
 */
export async function toStdout(chunk: string | Uint8Array): Promise<void> {
  const shown = isTerminal() ? inertData(Buffer.from(chunk as Uint8Array).toString('utf8')) : chunk;
  if (!process.stdout.write(shown)) await once(process.stdout, 'drain');
}

/** Whether standard output is a terminal. */
export function isTerminal(): boolean {
  // Absent on a pipe, whatever its type says.
  return Boolean(process.stdout.isTTY as boolean | undefined);
}
