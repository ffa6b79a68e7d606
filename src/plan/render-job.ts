import type { Job, JobItem, Message } from '../manifest/job.ts';
import { isTemplate, renderTemplate, type TemplateValues } from '../manifest/template.ts';

/**
 * Fills in the templates of a job's prompts.
 *
 * @param time - what `run.time` is, ISO 8601
 */
export function renderJob(job: Job, time: string): Job {
  const timezone = job.timezone ?? 'UTC';
  const moment = new Date(time);
  const values: TemplateValues = {
    run: { time: moment.toISOString().replace('.000Z', 'Z'), date: dayOf(moment, timezone) },
  };
  const fill = (text: string): string => (isTemplate(text) ? renderTemplate(text, values, timezone) : text);
  return { ...job, items: job.items.map((item) => renderItem(item, fill)) };
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

// The Swedish way to write a day is the international one.
function dayOf(moment: Date, timezone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(moment);
}
