import { type Call, type Product, type Reading, tokensOf } from './call.ts';
import { type ChatRequest, checkChat } from './chat-request.ts';
import { sha256 } from './cache.ts';
import type { Era } from './eras.ts';
import { withoutMarks } from './faults.ts';
import { sampleObject, sampleOf } from './json-sample.ts';
import { prose, topicOf } from './prose.ts';
import { randomFrom } from './random.ts';
import { eventStream, type Completion } from './sse.ts';
import { bodyUsage, type Usage } from './usage.ts';

const tokensPerMessage = 4;
const bytesPerToken = 4;
// A provider caches a prompt's long beginning, by whole units.
const cachedUnit = 128;
const leastCached = 1024;
const defaultSeed = 42;

// Cut at a whole character: a broken one would grow when it is encoded again.
function cutTo(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  let end = tokens * bytesPerToken;
  if (end >= bytes.length) return text;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

function contentOf({ format, lastPrompt, dictated }: ChatRequest, random: () => number): string {
  if (dictated !== undefined) return dictated;
  const topic = topicOf(withoutMarks(lastPrompt));
  if (format.type === 'json_schema') return JSON.stringify(sampleOf(format.schema, random));
  if (format.type === 'json_object') return JSON.stringify(sampleObject(topic, random));
  return prose(topic, random);
}

function promptUsage(request: ChatRequest): Usage {
  const system = tokensOf(request.system);
  const cached = system < leastCached ? 0 : Math.floor(system / cachedUnit) * cachedUnit;
  const total = tokensOf(request.prompt) + tokensPerMessage * request.messageCount;
  return { promptTextTokens: total - cached, promptCachedTokens: cached };
}

/** Generates the answer: request, model and seed decide every byte of it. */
function complete(request: ChatRequest, seed: string): Completion {
  const identity = sha256(
    JSON.stringify([request.model.name, seed, request.messages, request.format, request.maxTokens ?? null]),
  );
  const thought = request.model.reasoning ? 64 * (1 + (Number.parseInt(identity.slice(0, 2), 16) % 6)) : 0;
  let reasoning = 0;
  let written = 0;
  const choices = Array.from({ length: request.choices }, (_, index) => {
    // The limit covers thoughts and words together; half of it is left to the words.
    const thinking = Math.min(thought, Math.floor((request.maxTokens ?? Number.POSITIVE_INFINITY) / 2));
    const whole = contentOf(request, randomFrom(sha256(`${identity} ${index}`)));
    const content = request.maxTokens === undefined ? whole : cutTo(whole, request.maxTokens - thinking);
    reasoning += thinking;
    written += tokensOf(content);
    return { content, finishReason: content === whole ? 'stop' : 'length' } as const;
  });
  return {
    id: `pllns_${identity.slice(0, 32)}`,
    created: 1_760_000_000 + (Number.parseInt(identity.slice(0, 6), 16) % 1_000_000),
    model: request.model.provider,
    choices,
    usage: {
      ...promptUsage(request),
      completionTextTokens: written,
      completionReasoningTokens: reasoning,
    },
  };
}

const unfiltered = { severity: 'safe', filtered: false };
const filterResults = { hate: unfiltered, self_harm: unfiltered, sexual: unfiltered, violence: unfiltered };

function bodyOf(completion: Completion): string {
  return JSON.stringify({
    id: completion.id,
    object: 'chat.completion',
    created: completion.created,
    model: completion.model,
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: filterResults }],
    choices: completion.choices.map(({ content, finishReason }, index) => ({
      index,
      message: { role: 'assistant', content, refusal: null },
      logprobs: null,
      content_filter_results: filterResults,
      finish_reason: finishReason,
    })),
    usage: bodyUsage(completion.usage),
  });
}

function product(completion: Completion, stream: boolean): Product {
  return {
    contentType: stream ? 'text/event-stream; charset=utf-8' : 'application/json; charset=utf-8',
    body: stream ? eventStream(completion) : bodyOf(completion),
    headers: {},
    streamed: stream,
    content: completion.choices[0]?.content ?? '',
  };
}

/** Reads a chat call; `sequence` makes the random seed -1 another one each time. */
export function readChat(era: Era, body: string, sequence: number): Reading {
  const checked = checkChat(era, body);
  if ('refusal' in checked) return checked;
  const { request } = checked;
  const seed = request.seed === -1 ? `random ${sequence}` : String(request.seed ?? defaultSeed);
  let completion: Completion | undefined;
  const completed = (): Completion => (completion ??= complete(request, seed));
  const call: Call = {
    kind: 'text',
    model: request.model,
    prompt: request.prompt,
    cacheable: request.seed !== -1,
    usage: () => completed().usage,
    produce: () => product(completed(), request.stream),
  };
  return { call };
}
