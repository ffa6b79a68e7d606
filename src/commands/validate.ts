import { readJob, type JobReading } from './read-job.ts';

/** Reads and checks job files; nothing is started. */
export function validate(files: readonly string[]): Promise<readonly JobReading[]> {
  return Promise.all(files.map(readJob));
}
