import { formatProblem, type Problem } from '../manifest/problem.ts';

/** Problems that are told; one slip in a template is one in every row. */
export const MAX_TOLD = 100;

/** Problems of a job as they are found, each told once. */
export interface ProblemList {
  add(problem: Problem): void;
  /** Whether there are more than are told, so that looking further is of no use. */
  readonly isFull: () => boolean;
  /** Those that are told. */
  readonly first: () => readonly Problem[];
}

/** A list without problems. */
export function createProblemList(): ProblemList {
  // A broken schema is the same slip for every row that names it.
  const problems = new Map<string, Problem>();
  let isFull = false;
  return {
    add(problem) {
      const name = formatProblem(problem);
      if (problems.size < MAX_TOLD) problems.set(name, problem);
      else isFull ||= !problems.has(name);
    },
    isFull: () => isFull,
    first: () => [...problems.values()],
  };
}

/** Problems, with a line that says so where there are more of them. */
export function withRest(problems: readonly Problem[], isCut: boolean): readonly Problem[] {
  const last = problems.at(-1);
  if (!isCut || last === undefined) return problems;
  return [...problems, { ...last, message: `and more; these are the first ${problems.length}` }];
}
