import { bodyUsage, type Usage } from './usage.ts';

const partsOfContent = /.{1,24}/gsu;

/** The generated part of a chat answer. */
export interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly { readonly content: string; readonly finishReason: 'stop' | 'length' }[];
  readonly usage: Usage;
}

/** A completion as a stream of events: an empty first chunk, the text, its end, the usage, and `[DONE]`. */
export function eventStream(completion: Completion): string {
  const { id, created, model } = completion;
  const event = (rest: Record<string, unknown>): string =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...rest })}\n\n`;
  const delta = (index: number, change: Record<string, unknown>, finishReason: string | null): string =>
    event({ choices: [{ index, delta: change, finish_reason: finishReason }] });

  const events = [event({ choices: [], prompt_filter_results: [] })];
  for (const [index, { content, finishReason }] of completion.choices.entries()) {
    events.push(delta(index, { role: 'assistant', content: '' }, null));
    for (const part of content.match(partsOfContent) ?? [])
      events.push(delta(index, { content: part }, null));
    events.push(delta(index, {}, finishReason));
  }
  events.push(event({ choices: [], usage: bodyUsage(completion.usage) }), 'data: [DONE]\n\n');
  return events.join('');
}
