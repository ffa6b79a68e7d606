import type { ReadJob } from '../../src/commands/job/job-reading.ts';
import type { Job } from '../../src/manifest/job.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { noFiles } from '../../src/plan/job-files.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';

/** Reads a job's text, which must be right and name no files, with its places. */
export function readOf(yaml: string): ReadJob {
  const file = 'job.yaml';
  const loaded = loadJob(yaml, file, jobChecks);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return { file, ...loaded, files: noFiles };
}

/** Reads a job's text, which must be right. */
export function jobOf(yaml: string): Job {
  return readOf(yaml).job;
}
