import type { FilePath, Job } from '../../manifest/job.ts';
import type { Place, Problem } from '../../manifest/problem.ts';
import type { JobFiles } from '../../plan/job-files.ts';

/** A job as it was read: what it says, and where its parts and the files that it names are. */
export interface ReadJob {
  /** Names the job file in problems. */
  readonly file: string;
  readonly job: Job;
  readonly warnings: readonly Problem[];
  /** Where a value stands in the job file. */
  readonly placeOf: (path: FilePath) => Place;
  /** The files that the job names. */
  readonly files: JobFiles;
}

/** What reading a job file gave: a job, or every problem of the file. */
export type JobReading = ReadJob | WrongJob;

/** A job file with problems. */
export interface WrongJob {
  readonly file: string;
  readonly problems: readonly Problem[];
  /** What is right about it, whose data may have problems of their own. */
  readonly rest?: ReadJob;
}

/**
 * A path, `-` for standard input, or the text of a job file and its name for problems. Files that a job names are below
 * its own folder, or below the working directory where it has none.
 */
export type JobSource = string | { readonly text: string; readonly name: string };
