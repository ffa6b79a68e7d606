import { paramProblems } from './params.ts';
import { promptProblem } from './prompt-problem.ts';

/** What the API says of a job's calls, before any is made. */
export const jobChecks = { paramProblems, promptProblem } as const;
