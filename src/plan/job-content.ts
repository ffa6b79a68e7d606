import { canonicalJson } from '../canonical-json.ts';
import type { Entry, Job, Matrix, Step } from '../manifest/job.ts';
import { withoutSettings } from './job-settings.ts';

/**
 * What a job generates, as JSON: the same whatever the file's layout and comments, whenever it runs, and under whatever
 * settings.
 */
export function jobContent(job: Job): string {
  const { entries, matrix, schedule: _schedule, notify: _notify, reuse: _reuse, ...rest } = job;
  return canonicalJson({
    ...withoutSettings(rest),
    matrix: matrixContent(matrix),
    entries: entries.map(entryContent),
  });
}

/** What an entry of a job generates, as JSON of the same kind. */
export function entryContent({ path: _path, steps, matrix, ...entry }: Entry): string {
  return canonicalJson({ ...entry, matrix: matrixContent(matrix), steps: steps.map(stepContent) });
}

/** A job as its run keeps it: in its author's order, so that the same bytes are made of it again. */
export function keptJob(job: Job): Job {
  const { schedule: _schedule, notify: _notify, reuse: _reuse, ...kept } = job;
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

// Requests carry these in their author's order, and answers follow that of a schema.
const params: ReadonlySet<string> = new Set(['response_format', 'tools']);
const schema: ReadonlySet<string> = new Set(['schema']);
// Items come in the order of the axes.
const axes: ReadonlySet<string> = new Set(['axes']);

function stepContent({ path: _path, ...step }: Step): string {
  const output = 'output' in step ? { output: canonicalJson(step.output, schema) } : {};
  return canonicalJson({ ...step, ...output, params: canonicalJson(step.params, params) });
}

function matrixContent(matrix: Matrix | undefined): string | undefined {
  return matrix && canonicalJson(matrix, axes);
}
