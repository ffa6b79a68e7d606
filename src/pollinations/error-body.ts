import { isObject, type Json } from '../json.ts';

/** What an error body says, whatever its shape. */
export interface ErrorBody {
  readonly message: string;
  /** The API's own code, such as `KEY_BUDGET_EXHAUSTED`. */
  readonly code?: string;
  /** Seconds to wait, from limiters that say so in the body. */
  readonly retryAfterSeconds?: number;
  /** Whether the API wrote it. A page of the edge or of a proxy tells nothing of what the API went on to do. */
  readonly fromApi: boolean;
}

// Enough for any message, and few enough that no crafted page can make the patterns below slow.
const READABLE_CHARACTERS = 8192;

// The one plain text that the API itself answers with.
const PLAIN_API_TEXT = /temporarily unavailable/i;

/** Reads the body of an error answer: envelope, flat string, nested JSON text, limiter form, or a page. */
export function readErrorBody(text: string): ErrorBody {
  const parsed = parseObject(text);
  if (parsed === undefined) return { message: readableText(text), fromApi: PLAIN_API_TEXT.test(text) };
  return readErrorObject(parsed) ?? { message: readableText(text), fromApi: true };
}

/** Reads a JSON error; `undefined` when the object holds none. */
export function readErrorObject(body: unknown): ErrorBody | undefined {
  if (!isObject(body)) return undefined;
  const { error } = body;
  const found = isObject(error)
    ? readEnvelope(error)
    : typeof error === 'string'
      ? readFlat(error, body)
      : undefined;
  return found && { ...found, ...retryAfterSeconds(body), fromApi: true };
}

type Found = Pick<ErrorBody, 'message' | 'code'>;

/** `{error: {code, message, details}}`; the message may itself be the JSON text of the error behind it. */
function readEnvelope(error: Json): Found {
  const message = typeof error['message'] === 'string' ? error['message'] : '';
  const inner = parseObject(message);
  const behind = inner === undefined ? undefined : readErrorObject(inner);
  const text = [behind?.message ?? readableText(message), ...fieldProblems(error['details'])].join('; ');
  // The outer code is the gateway's verdict; the one behind it is only a provider's.
  return withCode(text, error['code'] ?? behind?.code);
}

/** `{error: "…", message?, details?}`, where `error` may be a mere title. */
function readFlat(error: string, body: Json): Found {
  const { message, details } = body;
  const providerError = isObject(details) ? details['error'] : undefined;
  const provider = isObject(providerError) ? providerError['message'] : undefined;
  const parts = [error, message, provider].filter((part) => typeof part === 'string' && part !== '');
  return withCode(
    [...new Set(parts)].join(': '),
    isObject(providerError) ? providerError['code'] : undefined,
  );
}

function withCode(message: string, code: unknown): Found {
  return typeof code === 'string' ? { message, code } : { message };
}

function fieldProblems(details: unknown): readonly string[] {
  const fields = isObject(details) ? details['fieldErrors'] : undefined;
  if (!isObject(fields)) return [];
  // As JSON where they are no texts: what is sent may have no way to become one.
  const text = (problem: unknown): string =>
    typeof problem === 'string' ? problem : JSON.stringify(problem);
  return Object.entries(fields).map(
    ([field, problems]) => `${field}: ${[problems].flat().map(text).join(', ')}`,
  );
}

function retryAfterSeconds(body: Json): { readonly retryAfterSeconds?: number } {
  const seconds = body['retryAfterSeconds'];
  return typeof seconds === 'number' ? { retryAfterSeconds: seconds } : {};
}

function parseObject(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A page's words without its markup: title and headline are all that a proxy's page has to say. */
function readableText(whole: string): string {
  const text = whole.slice(0, READABLE_CHARACTERS);
  if (!/<[a-z!]/i.test(text)) return text;
  return text.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
}
