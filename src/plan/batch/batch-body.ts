import { isObject, type Json } from '../../json.ts';
import type { ItemKind, JobChecks, Message } from '../../manifest/job.ts';
import { ownParams } from '../../manifest/check-params.ts';
import { quoted } from '../../manifest/printable.ts';
import type { ExpandedStep } from '../expand/expanded-item.ts';
import { rowFault } from '../sources/check-values.ts';
import { type LineFault } from './line-fault.ts';

/** A line's body as a call, or what is wrong with it. */
export type ReadBody = { readonly step: ExpandedStep } | { readonly faults: readonly LineFault[] };

export interface BodyContext {
  readonly checks: JobChecks;
  /** Takes the place of the model that the line names. */
  readonly model?: string;
}

const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

const SIZE = /^(\d{1,5})x(\d{1,5})$/;

/** Reads the body of `/v1/chat/completions`. */
export function readChatBody({ messages, ...members }: Json, context: BodyContext): ReadBody {
  const { max_completion_tokens: newerName, ...rest } = given(members);
  const written = newerName === undefined || 'max_tokens' in rest ? rest : { ...rest, max_tokens: newerName };
  const { params, faults } = sortParams('text', written, context);
  const fault = rowFault({ messages });
  const wrong = [
    ...messagesFaults(messages, context.checks),
    // Texts are told of by their message.
    ...(fault === undefined || fault.code === 'text-ill-formed'
      ? []
      : [{ ...fault, at: ['body', 'messages'] }]),
    ...faults,
  ];
  if (wrong.length > 0) return { faults: wrong };
  const said = (messages as readonly Json[]).map(
    (message) => ({ ...message, content: message['content'] ?? '' }) as unknown as Message,
  );
  return { step: { kind: 'text', messages: said, params, needs: [], path: [] } };
}

/** Reads the body of `/v1/images/generations`. */
export function readImageBody({ prompt, ...members }: Json, context: BodyContext): ReadBody {
  // How a picture is handed over is up to whoever copies the results.
  const { n, size, quality, background, response_format: _handing, stream, ...rest } = given(members);
  const [, width, height] = (typeof size === 'string' ? SIZE.exec(size) : undefined) ?? [];
  const isAsWritten = quality !== undefined && quality !== 'auto' && quality !== 'standard';
  const { params, faults } = sortParams(
    'image',
    {
      ...rest,
      ...(width === undefined ? {} : { width: Number(width), height: Number(height) }),
      ...(isAsWritten ? { quality } : quality === 'standard' ? { quality: 'medium' } : {}),
      ...(background === 'transparent' ? { transparent: true } : {}),
    },
    context,
  );
  const wrong = [...imageFaults(prompt, { n, size, stream }, context.checks), ...faults];
  if (wrong.length > 0 || typeof prompt !== 'string') return { faults: wrong };
  return { step: { kind: 'image', prompt, params, needs: [], path: [] } };
}

/** Clients write out what they leave open as null. */
function given(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

/** Parts what the API documents from the rest, which goes to it as written. */
function sortParams(
  kind: ItemKind,
  written: Json,
  { checks, model }: BodyContext,
): { readonly params: Json; readonly faults: readonly LineFault[] } {
  const named = { model: kind === 'text' ? 'openai' : 'flux', ...written, ...(model && { model }) };
  const problems = checks.paramProblems(kind, named);
  const isUnknown = (name: string): boolean =>
    problems.some(({ param, code }) => param === name && code === 'param-unknown');
  const [known, extra] = [false, true].map((wanted) =>
    Object.fromEntries(Object.entries(named).filter(([name]) => isUnknown(name) === wanted)),
  ) as [Json, Json];
  const faults = problems
    .filter(({ code }) => code !== 'param-unknown')
    .map(({ param, code, message }) => ({ code, message, at: ['body', param] }));
  // Too deep, or named as what objects inherit: the steps after this one could not take it.
  const fault = rowFault(written);
  const own = Object.keys(written)
    .filter((name) => ownParams.has(name) && name !== 'model' && name !== 'seed')
    .map((name): LineFault => ({
      code: 'key-misplaced',
      message: `${quoted(name)} cannot be sent: the key comes from the worker, and the prompt from its own member`,
      at: ['body', name],
    }));
  return {
    params: Object.keys(extra).length === 0 ? known : { ...known, extra },
    faults: [...(fault === undefined ? [] : [{ ...fault, at: ['body'] }]), ...own, ...faults],
  };
}

function messagesFaults(messages: unknown, checks: JobChecks): readonly LineFault[] {
  const at = ['body', 'messages'];
  if (messages === undefined) return [{ code: 'key-missing', message: 'the body has no `messages`', at }];
  if (!Array.isArray(messages) || messages.length === 0) {
    return [{ code: 'type-wrong', message: '`messages` is a list of at least one message', at }];
  }
  return messages.flatMap((message: unknown, index): readonly LineFault[] => {
    const what = `message ${index + 1}`;
    if (!isObject(message)) return [{ code: 'type-wrong', message: `${what} is no object`, at }];
    const { role, content } = message;
    if (!ROLES.has(role)) {
      return [
        {
          code: 'value-invalid',
          message: `${what} has the role ${shown(role)}; there are ${list(ROLES)}`,
          at,
        },
      ];
    }
    if (content != null && typeof content !== 'string' && !Array.isArray(content)) {
      return [{ code: 'type-wrong', message: `the content of ${what} is a text or a list of parts`, at }];
    }
    return textsOf(content).flatMap((text) => {
      const problem = checks.promptProblem(text, 'text');
      const isTold = problem !== undefined && (problem.code !== 'prompt-empty' || role === 'user');
      return isTold ? [{ ...problem, message: `${what}: ${problem.message}`, at }] : [];
    });
  });
}

function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) =>
    isObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  );
}

function imageFaults(prompt: unknown, { n, size, stream }: Json, checks: JobChecks): readonly LineFault[] {
  const faults: LineFault[] = [];
  if (typeof prompt === 'string') {
    const problem = checks.promptProblem(prompt, 'image');
    if (problem !== undefined) faults.push({ ...problem, at: ['body', 'prompt'] });
  } else {
    faults.push({
      code: 'key-missing',
      message: 'the body has no `prompt`, which is a text',
      at: ['body', 'prompt'],
    });
  }
  if (n !== undefined && n !== 1) {
    faults.push({
      code: 'param-invalid',
      message: '`n` may only be 1: write a line for each picture',
      at: ['body', 'n'],
    });
  }
  if (stream !== undefined && stream !== false) {
    const message = '`stream` may only be false: results are stored whole';
    faults.push({ code: 'param-invalid', message, at: ['body', 'stream'] });
  }
  if (size !== undefined && size !== 'auto' && !(typeof size === 'string' && SIZE.test(size))) {
    const message = `\`size\` is a width and a height, such as "1024x768", or "auto", not ${shown(size)}`;
    faults.push({ code: 'param-invalid', message, at: ['body', 'size'] });
  }
  return faults;
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? quoted(value)
    : value === undefined
      ? 'none'
      : JSON.stringify(value).slice(0, 40);
}

function list(values: Iterable<unknown>): string {
  return [...values].join(', ');
}
