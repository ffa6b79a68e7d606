import type { Message, WireRequest } from '../../pollinations/dialects/dialect.ts';

/** What a call asked for, as its author would write it. */
export interface Asked {
  /** Of a text, what the user says last. */
  readonly prompt: string;
  /** The whole conversation, where it is more than that prompt. */
  readonly messages?: readonly Message[];
  /** Without model and seed, which the results name themselves. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Reads back from the bytes of a call what was asked for. */
export function askedOf({ path, body }: WireRequest): Asked {
  return body === undefined ? imageAsked(path) : textAsked(body);
}

function textAsked(body: string): Asked {
  const {
    model: _model,
    seed: _seed,
    messages = [],
    ...params
  } = JSON.parse(body) as {
    readonly model?: unknown;
    readonly seed?: unknown;
    readonly messages?: readonly Message[];
  };
  const said = messages.findLast(({ role }) => role === 'user');
  const isWhole = messages.length === 1 && typeof said?.content === 'string';
  return { prompt: textIn(said?.content), ...(isWhole ? {} : { messages }), params };
}

// What stands beside the texts of a message, such as pictures, is told by the messages themselves.
function textIn(content: Message['content'] | undefined): string {
  if (typeof content === 'string') return content;
  const texts = (content ?? []).flatMap((part) => {
    const { text } = (part ?? {}) as { readonly text?: unknown };
    return typeof text === 'string' ? [text] : [];
  });
  return texts.join('\n');
}

// The whole prompt is the last segment of the path. Not read as a URL: that would take "." and ".." for folders.
function imageAsked(path: string): Asked {
  const [place = '', query = ''] = path.split('?', 2);
  const params = [...new URLSearchParams(query)].filter(([name]) => name !== 'model' && name !== 'seed');
  return {
    prompt: decodeURIComponent(place.slice(place.lastIndexOf('/') + 1)),
    params: Object.fromEntries(params.map(([name, value]) => [name, valueOf(value)])),
  };
}

// A query knows texts alone: what reads as a number or as `true` was most likely written as one.
function valueOf(text: string): unknown {
  const isPlain = text === 'true' || (/^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text);
  return isPlain ? (JSON.parse(text) as unknown) : text;
}
