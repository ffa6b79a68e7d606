import type { Api } from './discover.ts';
import { createModelCheck } from './model-problems.ts';
import { paramProblems } from './params.ts';
import { promptProblem } from './prompt-problem.ts';

/** What the API says of a job's calls, before any is made, as far as it is known without asking it. */
export const jobChecks = { paramProblems, promptProblem } as const;

/** The same, with the lists of models of an API that was found. */
export function jobChecksFor(api: Pick<Api, 'dialect' | 'models' | 'prices'>) {
  return { ...jobChecks, modelProblems: createModelCheck({ ...api, priced: api.prices }) } as const;
}
