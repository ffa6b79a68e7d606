import type { Usage } from '../pollen/usage.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import {
  contentOf,
  hasMoreThanContent,
  isTooDeep,
  isVisible,
  refusalOf,
  saysOtherwise,
} from './chat-message.ts';
import { classifyErrorIn200, classifyNotice } from './classify.ts';
import { readErrorObject } from './error-body.ts';
import { isObject, type Json } from '../json.ts';
import { type AnswerParts, badResult, lostAnswer, type Reading, wrongAnswer } from './reading.ts';
import { usageFromBody, usageFromHeaders, usedAnything } from './usage.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Reads a chat completion that came whole with status 200, and says whether it is one: JSON with choices, usage
 * above zero, a reason for its end, and something said.
 */
export function readTextAnswer(bytes: Uint8Array, headers: AnswerHeaders): Reading {
  if (bytes.byteLength === 0) return lostAnswer('the answer is empty');
  const contentType = headers.get('content-type') ?? '';
  if (!/\bjson\b/i.test(contentType)) {
    return wrongAnswer('not-the-api', `a chat answer is JSON, not "${contentType}"`);
  }
  const completion = parse(decoder.decode(bytes));
  if (completion === undefined) {
    // A body that ends with the connection is cut off without any sign but this.
    return lostAnswer(`the answer of ${bytes.byteLength} bytes is not whole JSON`);
  }
  const error = readErrorObject(completion);
  if (error !== undefined) return wrongAnswer(classifyErrorIn200(error).code, error.message);
  return readCompletion(isObject(completion) ? completion : {}, headers);
}

function readCompletion(completion: Json, headers: AnswerHeaders): Reading {
  const bodyUsage = usageFromBody(completion['usage']);
  const usage = usedAnything(bodyUsage) ? bodyUsage : usageFromHeaders(headers);
  const choices: unknown = completion['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isObject(choice) ? choice['message'] : undefined;
  if (!isObject(choice) || !isObject(message)) return badResult('the answer holds no choices', usage);

  if (isTooDeep(message)) return badResult('the answer has too many levels', usage);
  const content = contentOf(message);
  if (!usedAnything(usage)) {
    return isNotice(headers)
      ? wrongAnswer(classifyNotice(content), content)
      : badResult('the answer reports no usage, so nothing was generated');
  }
  const finishReason = choice['finish_reason'];
  if (typeof finishReason !== 'string' || finishReason === '') {
    return badResult('the answer has no finish_reason: the model did not end it', usage);
  }
  const body = bodyOf(message, content);
  if (body === 'empty') return emptyAnswer(message, finishReason, usage);
  const modelUsed = headers.get('x-model-used') ?? completion['model'];
  return {
    ok: true,
    answer: {
      ...body,
      usage,
      finishReason,
      ...(typeof modelUsed === 'string' && modelUsed !== '' && { modelUsed }),
      ...(hasMoreThanContent(message) && { message }),
      ...(isMended(content) && { doubt: MENDED }),
    },
  };
}

const MENDED = 'The text holds \uFFFD where a character could not be read.';

// Decoding has put the mark for what is no UTF-8; half of a character gets it when the text is stored.
function isMended(content: string): boolean {
  return /[\uFFFD\p{Cs}]/u.test(content);
}

type Body = Pick<AnswerParts, 'body' | 'contentType' | 'extension'>;

function bodyOf(message: Json, content: string): Body | 'empty' {
  if (!isVisible(content)) {
    return saysOtherwise(message) ? jsonBody(JSON.stringify(message)) : 'empty';
  }
  return { body: encoder.encode(content), contentType: 'text/plain; charset=utf-8', extension: 'txt' };
}

function jsonBody(text: string): Body {
  return { body: encoder.encode(text), contentType: 'application/json', extension: 'json' };
}

function emptyAnswer(message: Json, finishReason: string, usage: Usage): Reading {
  const refusal = refusalOf(message);
  if (refusal !== undefined || finishReason === 'content_filter') {
    return wrongAnswer('content-policy', refusal ?? 'the content filter left nothing of the answer', usage);
  }
  const hint = finishReason === 'length' ? ': reasoning may have used up max_tokens' : '';
  return badResult(`the answer is empty (${finishReason})${hint}`, usage);
}

/** Text routes say "out of credit" in a 200 that no cache may keep. */
function isNotice(headers: AnswerHeaders): boolean {
  const cacheControl = headers.get('cache-control') ?? '';
  return /\bprivate\b/i.test(cacheControl) && /\bno-store\b/i.test(cacheControl);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
