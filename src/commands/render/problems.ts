import { formatProblem, type Problem } from '../../manifest/problem.ts';
import type { Terminal } from './terminal.ts';

/** Says what is odd about a job that may run all the same. */
export function tellWarnings(warnings: readonly Problem[], terminal: Terminal): void {
  for (const warning of warnings) terminal.warn(formatProblem(warning));
}
