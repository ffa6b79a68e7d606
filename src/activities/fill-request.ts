import type { Message } from '../manifest/job.ts';
import { parseTemplate, templateReason } from '../manifest/template.ts';
import { makeRequest } from '../plan/make-call.ts';
import type { DeferredRequest } from '../plan/plan.ts';
import { attachmentsOf } from '../pollinations/attachments.ts';
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
  // One that stands among the images as it is was put there by the planner, and is among the run's inputs. What rows and
  // models say names none.
  const planned = new Set((deferred.images ?? []).map(attachmentIn));
  const isOurAttachment = (sha256: string): boolean => planned.has(sha256) || input.isOwn(sha256);
  const isOurs = (url: string): boolean => {
    const sha256 = attachmentIn(url);
    return sha256 !== undefined && isOurAttachment(sha256);
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
    if (attachmentsOf(JSON.stringify(params)).length > 0) {
      throw new Unfillable('a parameter names an attachment; only `images` and messages may');
    }
    // As elsewhere, an empty system message is none.
    const messages = (deferred.messages ?? [])
      .map((message) => fillMessage(message, fill, isOurs))
      .filter(({ role, content }) => role !== 'system' || content !== '');
    const request = makeRequest({ kind, ...common, messages, images }, dialect.name);
    if (!attachmentsOf(request.body ?? '').every(isOurAttachment)) {
      throw new Unfillable("a message names an attachment that is none of the item's own");
    }
    return { request };
  } catch (error) {
    if (error instanceof Unfillable) return { problem: error.message };
    // Neither would be different at another attempt, nor does what they say belong into a record.
    if (error instanceof URIError) return { problem: 'a parameter holds half of a surrogate pair' };
    if (error instanceof RangeError) return { problem: 'a value is nested too deep' };
    throw error;
  }
}

function attachmentIn(url: string): string | undefined {
  return /^attachment:([0-9a-f]{64})$/.exec(url)?.[1];
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
  if (typeof content !== 'string') checkAddresses(message.content, content, isOurs);
  return { ...message, content };
}

function textOf(part: unknown): string | undefined {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
    ? part.text
    : undefined;
}

/** Members of media parts that say where, or hold, what is shown to the model. */
const ADDRESS = /url$|^file_data$/i;

// The file's own were checked with it.
function checkAddresses(
  written: unknown,
  filled: unknown,
  isOurs: (url: string) => boolean,
  name = '',
): void {
  if (typeof filled === 'string') {
    if (!ADDRESS.test(name) || filled === written || filled.startsWith('https://') || isOurs(filled)) return;
    throw new Unfillable(`"${name}" of a message must be an https URL, not "${filled.slice(0, 80)}"`);
  }
  if (typeof filled !== 'object' || filled === null) return;
  const before = written as Readonly<Record<string, unknown>>;
  for (const [key, inner] of Object.entries(filled)) {
    // Within `image_url: { url }` and lists alike, the inner name counts.
    checkAddresses(before[key], inner, isOurs, Array.isArray(filled) ? name : key);
  }
}
