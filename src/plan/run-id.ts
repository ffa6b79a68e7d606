import type { Job } from '../manifest/job.ts';
import { canonicalJson, sha256 } from './digest.ts';
import type { PlanSource } from './plan.ts';

/**
 * A job's meaning as canonical JSON: what a run of it does, whatever the file's layout and comments, and whenever it
 * runs.
 */
export function jobContent({ schedule: _schedule, notify: _notify, reuse: _reuse, ...job }: Job): string {
  return canonicalJson({
    ...job,
    entries: job.entries.map(({ path: _path, steps, ...entry }) => ({
      ...entry,
      steps: steps.map(({ path: _own, ...step }) => step),
    })),
  });
}

/** A job that was kept by its content: what it says is where it stands there, as its file is not at hand. */
export function fromContent(job: Job): Job {
  return {
    ...job,
    entries: job.entries.map((entry, index) => ({
      ...entry,
      path: ['entries', index],
      steps: entry.steps.map((step, at) => ({ ...step, path: ['entries', index, 'steps', at] })),
    })),
  };
}

/** What names a run besides its job and its API. */
export interface RunIdOptions {
  /** 1 for the first run; later ones are asked for with `--new` and numbered `-r2`, `-r3`. @default 1 */
  readonly ordinal?: number;
  /** Data files that its items were made of. @default none */
  readonly sources?: readonly Pick<PlanSource, 'path' | 'sha256'>[];
}

/** Name of the run of a job against an API: the same job, data and API give the same run. */
export function runIdOf(
  job: Job,
  api: { readonly id: string; readonly dialect: string },
  { ordinal = 1, sources = [] }: RunIdOptions = {},
): string {
  const data = sources.map(({ path, sha256: digest }) => `${path} ${digest}`).sort();
  const parts = [jobContent(job), api.id, api.dialect, ...(data.length === 0 ? [] : [data])];
  const digest = sha256(canonicalJson(parts)).slice(0, 10);
  return `${job.name}-${digest}${ordinal > 1 ? `-r${ordinal}` : ''}`;
}
