import type { Message } from '../manifest/job.ts';
import { parseTemplate, templateReason } from '../manifest/template.ts';
import { makeRequest } from '../plan/make-call.ts';
import type { DeferredRequest } from '../plan/plan.ts';
import type { Dialect, WireRequest } from '../pollinations/dialects/dialect.ts';
import { paramProblems } from '../pollinations/params.ts';
import { promptProblem, urlProblem } from '../pollinations/prompt-problem.ts';

/** What a deferred request is filled in with. */
export interface FillInput {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed: number | undefined;
  readonly deferred: DeferredRequest;
  /** What templates name: the plan's own scope, and what earlier steps answered. */
  readonly scope: Readonly<Record<string, unknown>>;
  readonly dialect: Dialect;
  /** Whether an attachment is the item's own. */
  readonly isOwn: (sha256: string) => boolean;
}

/** A request, or why it cannot be made. */
export type Filled = { readonly request: WireRequest } | { readonly problem: string };

/** Why a request cannot be filled in; its message is for the item's record. */
class Unfillable extends Error {}

/** Fills the templates of a request in, and checks what has come of it as a job file's own requests are. */
export function fillRequest({ deferred, scope, dialect, ...input }: FillInput): Filled {
  const filled = (text: string, how: 'render' | 'value'): unknown => {
    try {
      return parseTemplate(text)[how](scope, deferred.timezone);
    } catch (error) {
      throw new Unfillable(templateReason(error));
    }
  };
  const fill = (text: string): string => String(filled(text, 'render'));
  const isOurs = (url: string): boolean => {
    const sha256 = /^attachment:([0-9a-f]{64})$/.exec(url)?.[1];
    // One that stands in the plan as it is was put there by the planner, and is among the run's inputs.
    return sha256 !== undefined && (input.isOwn(sha256) || JSON.stringify(deferred).includes(`"${url}"`));
  };
  try {
    const { kind, model, seed } = input;
    const params = fillParams(kind, deferred.params, (text) => filled(text, 'value'));
    const common = { model, params, ...(seed === undefined ? {} : { seed }) };
    if (kind === 'image') {
      const prompt = fill(deferred.prompt ?? '');
      refuse(promptProblem(prompt, 'image')?.message);
      const request = makeRequest({ kind, ...common, prompt }, dialect.name);
      refuse(urlProblem(request)?.message);
      return { request };
    }
    // A step over a list gives several: `{{ steps.draw | map: "image" }}`.
    const images = (deferred.images ?? [])
      .flatMap((image) => filled(image, 'value'))
      .map(String)
      .filter((url) => url !== '');
    for (const url of images) {
      if (!url.startsWith('https://') && !isOurs(url)) {
        throw new Unfillable(
          `an image must be an https URL or an earlier step's image, not "${url.slice(0, 80)}"`,
        );
      }
    }
    const messages = (deferred.messages ?? []).map((message) => fillMessage(message, fill, isOurs));
    return { request: makeRequest({ kind, ...common, messages, images }, dialect.name) };
  } catch (error) {
    if (error instanceof Unfillable) return { problem: error.message };
    throw error;
  }
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new Unfillable(problem);
}

// A text that came out as a number's or a truth's is one, where the parameter takes nothing else.
function fillParams(
  kind: 'text' | 'image',
  { model: _model, seed: _seed, extra, ...params }: DeferredRequest['params'],
  fill: (text: string) => unknown,
): Readonly<Record<string, unknown>> {
  const filled = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, fillValue(value, fill)]),
  );
  const typed = Object.entries(filled).map(([name, value]): readonly [string, unknown] => {
    if (typeof value !== 'string' || paramProblems(kind, { [name]: value }).length === 0)
      return [name, value];
    const other = /^-?\d+(?:\.\d+)?$/.test(value.trim())
      ? Number(value)
      : value === 'true' || value === 'false'
        ? value === 'true'
        : value;
    return [name, paramProblems(kind, { [name]: other }).length === 0 ? other : value];
  });
  const result = Object.fromEntries(typed);
  // The file's own values were checked with it, and what it passes on unchecked stays so.
  const changed = Object.fromEntries(
    Object.entries(result).filter(
      ([name]) => name !== 'extra' && JSON.stringify(params[name]) !== JSON.stringify(result[name]),
    ),
  );
  refuse(paramProblems(kind, changed)[0]?.message);
  // What the API does not document is sent beside the others, unchecked.
  return { ...(fillValue(extra, fill) as object | undefined), ...result };
}

function fillValue(value: unknown, fill: (text: string) => unknown): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((inner: unknown) => fillValue(inner, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fillValue(inner, fill)]));
}

function fillMessage(
  message: Message,
  fill: (text: string) => string,
  isOurs: (url: string) => boolean,
): Message {
  const content = fillValue(message.content, fill) as Message['content'];
  const texts = typeof content === 'string' ? [content] : content.map((part) => textOf(part));
  for (const text of texts) {
    const problem = text === undefined ? undefined : promptProblem(text, 'text');
    // Turns of the model may have nothing but calls of tools.
    if (problem?.code !== 'prompt-empty' || message.role === 'user') refuse(problem?.message);
  }
  for (const url of typeof content === 'string' ? [] : content.map(urlOf)) {
    if (url !== undefined && !/^(?:https|data):/.test(url) && !isOurs(url)) {
      throw new Unfillable(`an image_url must be an https URL, not "${url.slice(0, 80)}"`);
    }
  }
  return { ...message, content };
}

function textOf(part: unknown): string | undefined {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
    ? part.text
    : undefined;
}

function urlOf(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null || !('image_url' in part)) return undefined;
  const image = part.image_url;
  return typeof image === 'object' && image !== null && 'url' in image ? String(image.url) : undefined;
}
