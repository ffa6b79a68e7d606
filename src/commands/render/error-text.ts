import { PollenBatchError } from '../../errors.ts';
import { temporalFault } from '../../temporal/failure.ts';
import type { Terminal } from './terminal.ts';
import { plain } from './terminal.ts';

const LINE = 2_000;

/** What went wrong, what exactly, and what to do about it; for a fault of ours, where in the code it was. */
export function errorText(thrown: unknown, color: Terminal['color']): string {
  const error = thrown instanceof PollenBatchError ? thrown : (temporalFault(thrown) ?? thrown);
  if (!(error instanceof PollenBatchError)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const lines = trace.split('\n').map((line) => plain(line, LINE));
    return color.red(`internal: ${lines.join('\n')}`);
  }
  return [
    color.red(`${error.code}: ${plain(error.message, LINE)}`),
    ...error.details.map((line) => `  ${plain(line, LINE)}`),
    ...(error.remedy === undefined ? [] : [plain(error.remedy, LINE)]),
  ].join('\n');
}
