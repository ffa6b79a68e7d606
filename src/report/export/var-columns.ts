import type { ResultLine } from '../result-line.ts';
import { jsonText } from './json-line.ts';
import { column, type Column } from './column.ts';

/** Names of more variables than these stay in `vars` alone. */
const MOST_VARS = 200;

/** Collects the variables that the items of a run have. */
export function collectVars(): {
  add(line: Pick<ResultLine, 'vars'>): void;
  /** One for each, in the order in which they came; none where they are more than a table should be wide. */
  columns(): readonly Column[];
} {
  const names = new Set<string>();
  return {
    add({ vars = {} }) {
      if (names.size <= MOST_VARS) for (const name of Object.keys(vars)) names.add(name);
    },
    columns: () => (names.size > MOST_VARS ? [] : [...names].map(varColumn)),
  };
}

// A row of a data file may have any type in any line, so a column of them is text.
function varColumn(name: string): Column {
  return column(`var_${name}`, 'text', 'A variable of the job.', ({ vars }) => {
    const value = vars !== undefined && Object.hasOwn(vars, name) ? vars[name] : undefined;
    return typeof value === 'string' || value === undefined ? value : jsonText(value);
  });
}
