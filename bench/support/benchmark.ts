/** What a benchmark is told on the command line; what is absent is its own choice. */
export interface BenchmarkOptions {
  readonly items?: number;
  readonly repeats?: number;
  readonly seed?: number;
  /** The one scenario to measure. @default all */
  readonly only?: string;
  /** Hears how far it is, as a sentence. */
  readonly say: (sentence: string) => void;
}

export interface BenchmarkResult {
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly figures: unknown;
  /** Bars that were not met, as sentences. */
  readonly missed: readonly string[];
}

export type Benchmark = (options: BenchmarkOptions) => Promise<BenchmarkResult>;

/** One row of a table: a name, and a cell for each column. */
export type Row = readonly [string, ...string[]];

/** Sets rows as a table of plain text, the names to the left and the cells to the right. */
export function table(rows: readonly Row[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      widths
        .map((width, column) =>
          column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width + 2),
        )
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** The middle value; of an even number of values the lower one of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** A share as people read it. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/**
 * The scenarios that `--only` names: by name, or by what stands before a slash in it.
 *
 * @throws Error with the names when there is none
 */
export function chosen<Scenario extends { readonly name: string }>(
  scenarios: readonly Scenario[],
  only: string | undefined,
): readonly Scenario[] {
  if (only === undefined) return scenarios;
  const found = scenarios.filter(({ name }) => name === only || name.startsWith(`${only}/`));
  if (found.length > 0) return found;
  throw new Error(`--only knows ${scenarios.map(({ name }) => `"${name}"`).join(', ')}`);
}
