import { type Answer, envelope, invalidRequest } from './answers.ts';
import { type Era, findModel } from './eras.ts';
import { type Fields, isFields } from './fields.ts';
import type { Model } from './models.ts';

/** The parts of a chat body that decide the answer. */
export interface ChatRequest {
  readonly model: Model;
  readonly messages: readonly unknown[];
  readonly messageCount: number;
  /** All text of all messages; parts that are not text stand as the beginning of their JSON. */
  readonly prompt: string;
  readonly system: string;
  /** The text of the last user message. */
  readonly lastPrompt: string;
  readonly seed: number | undefined;
  readonly maxTokens: number | undefined;
  readonly choices: number;
  readonly stream: boolean;
  readonly format: { readonly type: string; readonly schema?: unknown };
  /** What a mark in the prompt says to answer. */
  readonly dictated?: string;
}

type Range = readonly [least: number, most: number, whole?: 'whole'];

const largestSeed = Number.MAX_SAFE_INTEGER;

const ranges: Readonly<Record<string, Range>> = {
  temperature: [0, 2],
  top_p: [0, 1],
  frequency_penalty: [-2, 2],
  presence_penalty: [-2, 2],
  max_tokens: [0, Number.POSITIVE_INFINITY, 'whole'],
  top_logprobs: [0, 20, 'whole'],
};

const eraRanges: Readonly<Record<Era['name'], Readonly<Record<string, Range>>>> = {
  seed: { ...ranges, seed: [0, largestSeed, 'whole'], n: [1, 128, 'whole'] },
  v1: { ...ranges, seed: [-1, largestSeed, 'whole'], repetition_penalty: [0, 2] },
  gen: { ...ranges, seed: [-1, largestSeed, 'whole'], repetition_penalty: [0, 2] },
};

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);
const formats = new Set(['text', 'json_object', 'json_schema']);

function rangeProblem(value: unknown, [least, most, whole]: Range): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') return `Expected number, received ${typeof value}`;
  if (whole !== undefined && !Number.isInteger(value)) return 'Expected integer, received float';
  if (value < least) return `Number must be greater than or equal to ${least}`;
  return value > most ? `Number must be less than or equal to ${most}` : undefined;
}

// What is sent may have no way to become a text.
function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function messagesProblem(messages: unknown): string | undefined {
  if (!Array.isArray(messages)) return 'Expected array';
  if (messages.length === 0) return 'Array must contain at least 1 element(s)';
  const fits = messages.every((message) => isFields(message) && roles.has(wordOf(message['role'])));
  return fits ? undefined : 'Invalid message';
}

function problemsOf(era: Era, fields: Fields, model: Model | undefined): Record<string, string[]> {
  const problems: Record<string, string[]> = {};
  const note = (field: string, problem: string | undefined): void => {
    if (problem !== undefined) problems[field] = [problem];
  };
  note('model', model === undefined ? 'Invalid option: expected one of the text models' : undefined);
  note('messages', messagesProblem(fields['messages']));
  for (const [field, range] of Object.entries(eraRanges[era.name]))
    note(field, rangeProblem(fields[field], range));
  const format = fields['response_format'];
  if (format !== undefined && !(isFields(format) && formats.has(wordOf(format['type'])))) {
    note('response_format', 'Invalid response format');
  }
  return problems;
}

// Providers count a small picture as some 85 tokens, whatever its data URL takes.
const pictureText = 340;

function partText(part: unknown): string {
  return isFields(part) && typeof part['text'] === 'string'
    ? part['text']
    : JSON.stringify(part).slice(0, pictureText);
}

function textOf(message: Fields): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(partText).join('\n') : '';
}

function formatOf(format: unknown): ChatRequest['format'] {
  if (!isFields(format)) return { type: 'text' };
  const named = format['json_schema'];
  return { type: wordOf(format['type']), schema: isFields(named) ? named['schema'] : undefined };
}

/**
 * `[[answer:TEXT]]` in a prompt dictates the answer. Of several, a conversation's n-th answer is the n-th, and the last
 * one goes on for ever.
 */
function dictatedIn(messages: readonly Fields[], answered: number): string | undefined {
  const marks = [
    ...messages
      .map(textOf)
      .join('\n')
      .matchAll(/\[\[answer:(.*?)\]\](?!\])/gs),
  ];
  return marks[Math.min(answered, marks.length - 1)]?.[1];
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Checks a chat body against the schema of the era. */
export function checkChat(
  era: Era,
  body: string,
): { readonly request: ChatRequest } | { readonly refusal: Answer } {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    return { refusal: envelope(400, 'Malformed JSON in request body') };
  }
  if (!isFields(fields)) return { refusal: envelope(400, 'Expected a JSON object as request body') };

  const name = fields['model'] ?? era.defaultTextModel;
  const model = typeof name === 'string' ? findModel(era, 'text', name) : undefined;
  const problems = problemsOf(era, fields, model);
  if (model === undefined || Object.keys(problems).length > 0) return { refusal: invalidRequest(problems) };

  const messages = fields['messages'] as readonly Fields[];
  const textsOf = (...wanted: string[]): string[] =>
    messages.filter(({ role }) => wanted.includes(wordOf(role))).map(textOf);
  const answered = messages.filter(({ role }) => role === 'assistant').length;
  const dictated = dictatedIn(
    messages.filter(({ role }) => role === 'user'),
    answered,
  );
  return {
    request: {
      ...(dictated === undefined ? {} : { dictated }),
      model,
      messages,
      messageCount: messages.length,
      prompt: messages.map(textOf).join('\n'),
      system: textsOf('system', 'developer').join('\n'),
      lastPrompt: textsOf('user').at(-1) ?? '',
      seed: numberOf(fields['seed']),
      maxTokens: numberOf(fields['max_tokens']),
      choices: era.name === 'seed' ? (numberOf(fields['n']) ?? 1) : 1,
      stream: fields['stream'] === true,
      format: formatOf(fields['response_format']),
    },
  };
}
