import type { WireRequest } from './dialects/dialect.ts';

export interface PromptProblem {
  readonly code: 'prompt-empty' | 'prompt-dot-segment' | 'prompt-ill-formed' | 'url-too-long';
  readonly message: string;
}

/**
 * Longest path and query that is sent, in bytes. Servers on the way cap a request's head at 16 KiB and answer 431;
 * half of that leaves room for the headers and for paths that are rewritten.
 */
const MAXIMUM_URL_BYTES = 8192;

// Under the `u` flag a surrogate pair is one character, so this finds only halves.
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Tells why a prompt cannot be sent, before any call is made.
 *
 * @param kind images travel as one path segment of a URL, which text prompts do not. Default: `image`.
 */
export function promptProblem(prompt: string, kind: 'text' | 'image' = 'image'): PromptProblem | undefined {
  if (prompt.trim() === '') return { code: 'prompt-empty', message: 'the prompt is empty' };
  if (LONE_SURROGATE.test(prompt)) {
    return {
      code: 'prompt-ill-formed',
      message: 'the prompt holds half of a surrogate pair, which no encoding can carry',
    };
  }
  if (kind === 'text') return undefined;
  if (prompt === '.' || prompt === '..') {
    // No escape helps: URLs treat `%2E%2E` as `..` too, and the call, key included, would reach another endpoint.
    return { code: 'prompt-dot-segment', message: `the prompt "${prompt}" means another path in a URL` };
  }
  return tooLong(encodeURIComponent(prompt).length);
}

/** Tells whether a request's path and query are too long to be sent; URLs are ASCII, so characters are bytes. */
export function urlProblem(request: WireRequest): PromptProblem | undefined {
  return tooLong(request.path.length);
}

function tooLong(bytes: number): PromptProblem | undefined {
  if (bytes <= MAXIMUM_URL_BYTES) return undefined;
  const message = `the prompt and its parameters take ${bytes} bytes in the URL; ${MAXIMUM_URL_BYTES} fit`;
  return { code: 'url-too-long', message };
}
