import { once } from 'node:events';

/** Writes to standard output, and waits for whoever reads it, who may be slower than the store. */
export async function toStdout(chunk: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}
