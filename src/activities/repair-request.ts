import type { Message } from '../manifest/job.ts';
import type { Dialect, WireRequest } from '../pollinations/dialects/dialect.ts';
import { cutText } from './cut-text.ts';

interface ChatBody {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly seed?: number;
  readonly [param: string]: unknown;
}

/** Bytes of what is wrong that are told: the first things are enough to mend an answer by. */
const TOLD = 800;

/**
 * The request that asks for an answer to be mended: the conversation as it was first sent, the last answer, and what is
 * wrong with it. Earlier answers stay out, so that it does not grow from call to call.
 */
export function repairRequest(
  dialect: Dialect,
  request: WireRequest,
  wrong: { readonly answer: string; readonly problem: string },
  seed: number | undefined,
): WireRequest {
  const { model, messages, seed: _seed, ...params } = JSON.parse(request.body ?? '{}') as ChatBody;
  return dialect.textRequest({
    model,
    params,
    ...(seed === undefined ? {} : { seed }),
    messages: [
      ...messages,
      { role: 'assistant', content: wrong.answer },
      {
        role: 'user',
        content: `That cannot be used: ${cutText(wrong.problem, TOLD)}. Answer again with the corrected JSON and nothing else.`,
      },
    ],
  });
}
