import { appendFileSync, readFileSync } from 'node:fs';

import type { NamedSecret } from './secret-scan.ts';

/** Notes a secret that the tests of a run have used, in a file that their end reads; a line at once, for they run side by side. */
export function noteSecret(file: string, noted: NamedSecret): void {
  appendFileSync(file, `${JSON.stringify(noted)}\n`);
}

/** All secrets that were noted. */
export function notedSecrets(file: string): readonly NamedSecret[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as NamedSecret);
}
