import type { Entry, FilePath, Job, JobChecks, Message, Step } from '../../manifest/job.ts';
import { localClock } from '../../manifest/local-clock.ts';
import type { Place, Problem } from '../../manifest/problem.ts';
import { isTemplate, renderTemplate, type TemplateValues } from '../../manifest/template.ts';
import { expandBatch } from '../batch/expand-batch.ts';
import type { JobFiles } from '../job-files.ts';
import { createIdRegister } from './id-register.ts';
import type { ExpandedItem, ExpandedStep, ItemPlace } from './expanded-item.ts';

export interface ExpandContext {
  /** Names the job file in problems. */
  readonly file: string;
  /** Where a value stands in the job file. */
  readonly placeOf: (path: FilePath) => Place;
  /** What `run.time` is, ISO 8601. */
  readonly time: string;
  readonly checks: JobChecks;
  readonly files: JobFiles;
}

/** A row of the job, or what is wrong with one. */
export type Expansion =
  | { readonly kind: 'item'; readonly item: ExpandedItem }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Spreads a job out into its items, one at a time, with their templates filled in and checked. */
export async function* expandJob(job: Job, context: ExpandContext): AsyncGenerator<Expansion> {
  if (job.batch !== undefined) return yield* expandBatch(job.batch, context);
  const timezone = job.timezone ?? 'UTC';
  const moment = new Date(context.time);
  const values: TemplateValues = {
    run: {
      time: moment.toISOString().replace('.000Z', 'Z'),
      date: localClock(moment, timezone).slice(0, 10),
    },
  };
  const fill = (text: string): string => (isTemplate(text) ? renderTemplate(text, values, timezone) : text);
  const ids = createIdRegister();
  let number = 0;
  for (const entry of job.entries) {
    number += 1;
    const place: ItemPlace = { file: context.file, ...context.placeOf(entry.path) };
    try {
      const item = expandEntry(entry, number, place, fill);
      const problem = ids.register(item, { file: context.file, ...context.placeOf([...entry.path, 'id']) });
      yield problem === undefined ? { kind: 'item', item } : { kind: 'problem', problem };
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      const message = `item ${entry.id ?? number} cannot be filled in: ${reason}`;
      yield { kind: 'problem', problem: { ...place, code: 'template-invalid', message } };
    }
  }
  for (const problem of ids.finish()) yield { kind: 'problem', problem };
}

function expandEntry(
  entry: Entry,
  number: number,
  place: ItemPlace,
  fill: (text: string) => string,
): ExpandedItem {
  return {
    number,
    ...(entry.id === undefined ? {} : { id: fill(entry.id) }),
    ...(entry.seed === undefined ? {} : { seed: entry.seed }),
    steps: entry.steps.map((step) => expandStep(step, fill)),
    place,
  };
}

function expandStep(step: Step, fill: (text: string) => string): ExpandedStep {
  return step.kind === 'image'
    ? { ...step, prompt: fill(step.prompt) }
    : { ...step, messages: step.messages.map((message) => fillMessage(message, fill)) };
}

function fillMessage(message: Message, fill: (text: string) => string): Message {
  const { content } = message;
  if (typeof content === 'string') return { ...message, content: fill(content) };
  return { ...message, content: content.map((part) => fillPart(part, fill)) };
}

function fillPart(part: unknown, fill: (text: string) => string): unknown {
  const isText = typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string';
  return isText ? { ...part, text: fill(part.text as string) } : part;
}
