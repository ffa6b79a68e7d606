import { PollenBatchError } from '../../errors.ts';
import type { DataSource, Entry } from '../../manifest/job.ts';
import { nearName } from '../../manifest/near-name.ts';
import { printable, quoted } from '../../manifest/printable.ts';
import type { Problem } from '../../manifest/problem.ts';
import { readSource } from '../sources/read-source.ts';
import { SourceError, UnknownColumn, type Read } from '../sources/row.ts';
import { dataPath } from './data-path.ts';
import type { ExpandContext } from './expand-job.ts';
import { itemPath } from './step-place.ts';

/** The rows of an entry, some at a time; at the end, where there is one, what ended the reading too early. */
export type EntryRows = AsyncGenerator<
  readonly (Read | { readonly kind: 'problem'; readonly problem: Problem })[]
>;

/** Reads the rows that an entry is made for. */
export async function* entryRows(entry: Entry, from: DataSource, context: ExpandContext): EntryRows {
  try {
    yield* readSource(from, entry.select, context.files, context.noteSource ?? (() => {}));
  } catch (error) {
    const problems = problemsOf(error, entry, from, context);
    if (problems.length === 0) throw error;
    yield problems.map((problem) => ({
      kind: 'problem',
      problem: { ...problem, message: printable(problem.message) },
    }));
  }
}

function problemsOf(
  error: unknown,
  entry: Entry,
  { path }: DataSource,
  { file, placeOf }: ExpandContext,
): readonly Problem[] {
  const at = (...way: readonly string[]) => ({ file, ...placeOf([...itemPath(entry.path), ...way]) });
  if (error instanceof SourceError) {
    const source = dataPath(file, error.file ?? path);
    return [error, ...error.others].map(({ code, message, place }) => ({
      file: source,
      ...place,
      code,
      message,
    }));
  }
  if (error instanceof UnknownColumn) {
    const { column, known } = error;
    const near = nearName(column, known);
    const hint = near === undefined ? '' : `did you mean ${quoted(near)}? `;
    const message = `no row of ${path} has the column ${quoted(column)}; ${hint}known here: ${known.map(quoted).join(', ')}`;
    return [{ ...at('select', 'where', column), code: 'column-unknown', message }];
  }
  if (error instanceof PollenBatchError && error.code === 'job-invalid') {
    return [{ ...at('from'), code: 'source-missing', message: error.message }];
  }
  return [];
}
