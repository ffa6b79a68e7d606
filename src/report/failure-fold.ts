import type { FailureReport } from './report.ts';
import type { ResultLine } from './result-line.ts';

/** Takes result lines, and tells which failed, by the code of what went wrong. */
export interface FailureFold {
  add(line: ResultLine): void;
  /** The most items first. */
  read(): readonly FailureReport[];
}

/** Groups of failed items: as many as there are codes, of which there are some thirty. */
export function createFailureFold(): FailureFold {
  const groups = new Map<string, FailureReport>();
  return {
    add(line) {
      if (line.status !== 'failed') return;
      const { code, remedy } = line.fault;
      const known = groups.get(code) ?? { code, items: 0, example: line.id, remedy };
      groups.set(code, { ...known, items: known.items + 1 });
    },
    read: () =>
      [...groups.values()].sort(
        (left, right) => right.items - left.items || (left.code < right.code ? -1 : 1),
      ),
  };
}
