import { canonicalJson } from '../canonical-json.ts';
import type { Job } from '../manifest/job.ts';
import { jobContent } from './job-content.ts';
import { sha256 } from './digest.ts';

/** What names a run besides its job and its API. */
export interface RunIdOptions {
  /** 1 for the first run; later ones are asked for with `--new` and numbered `-r2`, `-r3`. @default 1 */
  readonly ordinal?: number;
  /** Files that the job uses and reads, in any order. @default none */
  readonly files?: readonly { readonly path: string; readonly sha256: string }[];
  /** Items of a run that tries the job out, which is a run of its own: `-first3`. @default all */
  readonly first?: number;
}

/**
 * Name of the run of a job against an API: what generates the same from the same files and the same API is the same run,
 * whatever its settings.
 */
export function runIdOf(
  job: Job,
  api: { readonly id: string; readonly dialect: string },
  { ordinal = 1, files = [], first }: RunIdOptions = {},
): string {
  const bytes = files.map((file) => `${file.sha256} ${file.path}`).sort();
  const parts = [jobContent(job), api.id, api.dialect, ...(bytes.length === 0 ? [] : [bytes])];
  const digest = sha256(canonicalJson(parts)).slice(0, 10);
  const trial = first === undefined ? '' : `-first${first}`;
  return `${job.name}-${digest}${trial}${ordinal > 1 ? `-r${ordinal}` : ''}`;
}

/** Whether a run is of the first items of its job alone. */
export function isTrial(runId: string): boolean {
  return /-[0-9a-f]{10}-first\d+(-r\d+)?(-retry\d+)?$/.test(runId);
}

/** Name of a run that calls again for what another one has not got. Retries of retries count on from the first run. */
export function retryIdOf(runId: string, number: number): string {
  return `${retriedIdOf(runId)}-retry${number}`;
}

/** Name of the run that a retry goes back to: the run itself, where it is none. */
export function retriedIdOf(runId: string): string {
  return runId.replace(/-retry\d+$/, '');
}
