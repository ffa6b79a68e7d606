import { PollenBatchError } from '../../errors.ts';
import { formatProblem, type Problem } from '../../manifest/problem.ts';
import type { Validation } from './count-items.ts';

/** The error of a job with problems, each of them a line of its own. */
export class InvalidJob extends PollenBatchError {
  /** The same for programs, in the form of `validate`. */
  readonly reading: Extract<Validation, { readonly problems: unknown }>;

  constructor(file: string, problems: readonly Problem[], warnings: readonly Problem[] = []) {
    const { length } = problems;
    // What a model takes, `validate` does not know: it asks nobody.
    const check = problems.some(({ code }) => code.startsWith('model-')) ? 'plan' : 'validate';
    super('job-invalid', `${file} has ${length} ${length === 1 ? 'problem' : 'problems'}`, {
      details: problems.map(formatProblem),
      remedy: `Nothing was started. Correct the file, and check it with \`pollen-batch ${check}\`.`,
    });
    this.reading = { file, warnings, problems };
  }
}
