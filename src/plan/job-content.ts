import { canonicalJson } from '../canonical-json.ts';
import type { Entry, Job, Matrix, Step } from '../manifest/job.ts';
import { withoutSettings } from './job-settings.ts';

/**
 * What a job generates, as JSON: the same whatever the file's layout and comments, whenever it runs, and under whatever
 * settings.
 */
export function jobContent(job: Job): string {
  const { entries, matrix, schedule: _schedule, reuse: _reuse, ...rest } = job;
  return canonicalJson(
    {
      ...withoutSettings(rest),
      matrix: matrixContent(matrix),
      entries: entries.map(entryContent),
    },
    variables,
  );
}

/** What an entry of a job generates, as JSON of the same kind. */
export function entryContent({ path: _path, steps, matrix, ...entry }: Entry): string {
  return canonicalJson({ ...entry, matrix: matrixContent(matrix), steps: steps.map(stepContent) });
}

/** A job as its run keeps it: in its author's order, so that the same bytes are made of it again. */
export function keptJob(job: Job): Job {
  const { schedule: _schedule, reuse: _reuse, ...kept } = job;
  const entries = job.entries.map((entry) => ({
    ...entry,
    path: [],
    steps: entry.steps.map((step) => ({ ...step, path: [] })),
  }));
  return { ...kept, entries };
}

/** A job that was kept: what it says is where it stands there, as its file is not at hand. */
export function fromKept(job: Job): Job {
  return {
    ...job,
    entries: job.entries.map((entry, index) => ({
      ...entry,
      path: ['entries', index],
      steps: entry.steps.map((step, at) => ({ ...step, path: ['entries', index, 'steps', at] })),
    })),
  };
}

/** The parameters of a call, as JSON of the same kind. */
export function paramsContent(given: Step['params']): string {
  return canonicalJson(given, params);
}

// Requests carry these in their author's order, and answers follow that of a schema.
const params: ReadonlySet<string> = new Set(['response_format', 'tools']);
const schema: ReadonlySet<string> = new Set(['schema']);
// A template prints a map, and goes over it, as it was written; and items come in the order of the axes.
const variables: ReadonlySet<string> = new Set(['vars']);
const combined: ReadonlySet<string> = new Set(['axes', 'include']);

function stepContent({ path: _path, ...step }: Step): string {
  const output = 'output' in step ? { output: canonicalJson(step.output, schema) } : {};
  return canonicalJson({ ...step, ...output, params: paramsContent(step.params) });
}

function matrixContent(matrix: Matrix | undefined): string | undefined {
  return matrix && canonicalJson(matrix, combined);
}
