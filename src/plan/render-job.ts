import { PollenBatchError } from '../errors.ts';
import type { Job, JobItem, Message } from '../manifest/job.ts';
import { localClock } from '../manifest/local-clock.ts';
import { isTemplate, renderTemplate, type TemplateValues } from '../manifest/template.ts';

/**
 * Fills in the templates of a job's prompts.
 *
 * @param time - what `run.time` is, ISO 8601
 * @throws PollenBatchError `job-invalid` naming the item whose template does not come to an end
 */
export function renderJob(job: Job, time: string): Job {
  const timezone = job.timezone ?? 'UTC';
  const moment = new Date(time);
  const values: TemplateValues = {
    run: {
      time: moment.toISOString().replace('.000Z', 'Z'),
      date: localClock(moment, timezone).slice(0, 10),
    },
  };
  const fill = (text: string): string => (isTemplate(text) ? renderTemplate(text, values, timezone) : text);
  return {
    ...job,
    items: job.items.map((item, index) => {
      try {
        return renderItem(item, fill);
      } catch (error) {
        const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        throw new PollenBatchError(
          'job-invalid',
          `item ${item.id ?? index + 1} cannot be filled in: ${reason}`,
          {
            remedy: 'Correct the template of its prompt.',
            cause: error,
          },
        );
      }
    }),
  };
}

function renderItem(item: JobItem, fill: (text: string) => string): JobItem {
  return item.kind === 'image'
    ? { ...item, prompt: fill(item.prompt) }
    : { ...item, messages: item.messages.map((message) => renderMessage(message, fill)) };
}

function renderMessage(message: Message, fill: (text: string) => string): Message {
  const { content } = message;
  if (typeof content === 'string') return { ...message, content: fill(content) };
  return { ...message, content: content.map((part) => renderPart(part, fill)) };
}

function renderPart(part: unknown, fill: (text: string) => string): unknown {
  const isText = typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string';
  return isText ? { ...part, text: fill(part.text as string) } : part;
}
