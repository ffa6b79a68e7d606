import type { SucceededRecord } from '../records/record.ts';
import type { Usage } from '../pollen/usage.ts';
import type { ResultLine } from './result-line.ts';
import { countTokens } from './token-counts.ts';

/** One line of an output file of OpenAI's Batch API: a response, or an error. */
export interface OpenAiBatchLine {
  readonly id: string;
  readonly custom_id: string;
  readonly response: {
    readonly status_code: 200;
    readonly request_id: string;
    readonly body: Readonly<Record<string, unknown>>;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * A result as OpenAI's Batch API tells it: a text as a chat completion, an image as base64.
 *
 * @param bytes - the artifact, where the result has one
 */
export function openaiBatchLine(
  runId: string,
  line: ResultLine,
  bytes: Uint8Array | undefined,
): OpenAiBatchLine {
  const base = {
    id: `batch_req_${runId}_${line.number}`,
    custom_id: line.customId ?? line.id,
  };
  if (line.status === 'succeeded') {
    const request_id = line.attempts.findLast(({ requestId }) => requestId !== undefined)?.requestId ?? '';
    const body = line.kind === 'text' ? completionOf(line, bytes) : pictureOf(line, bytes);
    return { ...base, response: { status_code: 200, request_id, body }, error: null };
  }
  const error =
    line.status === 'failed' ? { code: line.fault.code, message: line.fault.message } : missing[line.status];
  return { ...base, response: null, error };
}

const missing = {
  cancelled: { code: 'batch_cancelled', message: 'The run was stopped before this request was answered.' },
  expired: { code: 'batch_expired', message: 'The deadline came before this request was answered.' },
} as const;

function completionOf(
  line: SucceededRecord,
  bytes: Uint8Array | undefined,
): Readonly<Record<string, unknown>> {
  const text = bytes === undefined ? (line.text ?? '') : Buffer.from(bytes).toString('utf8');
  return {
    id: `chatcmpl-${line.runId}-${line.number}`,
    object: 'chat.completion',
    created: secondsOf(line.at),
    model: line.modelUsed ?? line.model,
    choices: [
      {
        index: 0,
        message: line.message ?? { role: 'assistant', content: text },
        logprobs: null,
        finish_reason: line.finishReason ?? 'stop',
      },
    ],
    usage: usageOf(line.usage),
  };
}

function pictureOf(line: SucceededRecord, bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  const data = bytes === undefined ? [] : [{ b64_json: Buffer.from(bytes).toString('base64') }];
  return { created: secondsOf(line.at), data };
}

// Units that are no tokens have no place there; the bill has them.
function usageOf(usage: Usage): Readonly<Record<string, unknown>> {
  const { prompt = 0, completion = 0 } = countTokens(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.promptCachedTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.completionReasoningTokens ?? 0 },
  };
}

function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1_000);
}
