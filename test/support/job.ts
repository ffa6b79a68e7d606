import type { Job } from '../../src/manifest/job.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { paramProblems } from '../../src/pollinations/params.ts';
import { promptProblem } from '../../src/pollinations/prompt-problem.ts';

/** Reads a job's text, which must be right. */
export function jobOf(yaml: string): Job {
  const loaded = loadJob(yaml, 'job.yaml', { paramProblems, promptProblem });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.job;
}
