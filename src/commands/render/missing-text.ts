import type { TemporalFailure } from '../../temporal/failure.ts';
import { plain } from './terminal.ts';

/** What is missing, and what to do about it, as one line. */
export function missingText({ found, remedy }: TemporalFailure): string {
  return plain(`${found.charAt(0).toUpperCase()}${found.slice(1)}. ${remedy}`, 1_000);
}
