import { PollenBatchError } from '../../errors.ts';
import { scrubPatterns, type Scrub } from '../../pollinations/secret.ts';
import { temporalFault } from '../../temporal/failure.ts';
import type { Terminal } from './terminal.ts';
import { plain } from './terminal.ts';

const LINE = 2_000;

/**
 * What went wrong, what exactly, and what to do about it; for a fault of ours, where in the code it was.
 *
 * @param scrub - takes secrets out. @default what looks like a key
 */
export function errorText(thrown: unknown, color: Terminal['color'], scrub: Scrub = scrubPatterns): string {
  // Secrets go first: cutting could leave half of one, which nothing would recognise.
  const line = (text: string): string => plain(scrub(text), LINE);
  const error = thrown instanceof PollenBatchError ? thrown : (temporalFault(thrown) ?? thrown);
  if (!(error instanceof PollenBatchError)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const lines = trace.split('\n').map(line);
    return color.red(`internal: ${lines.join('\n')}`);
  }
  return [
    color.red(`${error.code}: ${line(error.message)}`),
    ...error.details.map((detail) => `  ${line(detail)}`),
    ...(error.remedy === undefined ? [] : [line(error.remedy)]),
  ].join('\n');
}
