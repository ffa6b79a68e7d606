import type { Job } from '../manifest/job.ts';
import type { Problem } from '../manifest/problem.ts';
import type { ReadJob } from './job-reading.ts';

const unobeyed: Readonly<Partial<Record<keyof Job, string>>> = {
  notify: 'nobody is told',
};

/** Warns of keys that a job has and no run keeps to yet: who relies on one must not learn it from the bill. */
export function unobeyedKeys({
  file,
  job,
  placeOf,
}: Pick<ReadJob, 'file' | 'job' | 'placeOf'>): readonly Problem[] {
  return Object.entries(unobeyed)
    .filter(([key]) => job[key as keyof Job] !== undefined)
    .map(([key, what]) => ({
      file,
      ...placeOf([key]),
      code: 'key-unobeyed',
      message: `\`${key}\` is checked, but not obeyed yet: ${what}`,
    }));
}
