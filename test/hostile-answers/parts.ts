import { jpeg } from '../pollinations/pictures.ts';
import type { Endpoint, Serve } from './hostile-answer.ts';

type Bytes = string | Uint8Array;
type Headers = readonly string[];

const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };

/** What every hostile text says, so that it can be looked for where it must not be. */
export const hostileWords = 'hostile words';

/** A right chat answer, changed. */
export function chat(changes: object = {}, message: object = {}): string {
  return JSON.stringify({
    id: 'chat-1',
    model: 'gpt-5-mini',
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: hostileWords, ...message } },
    ],
    usage,
    ...changes,
  });
}

/** A right chat answer whose one choice is changed. */
export function chatWithChoice(choice: object): string {
  const message = { role: 'assistant', content: hostileWords };
  return chat({ choices: [{ index: 0, finish_reason: 'stop', message, ...choice }] });
}

/** A picture that would do for any image call. */
export const picture = jpeg(64, 64);

export const jsonType = 'content-type: application/json';
export const pictureHeaders = ['content-type: image/jpeg', 'x-usage-completion-image-tokens: 1'];

/** Headers of a right answer, but for those of its length. */
export const rightHeaders: Readonly<Record<Endpoint, Headers>> = {
  text: [jsonType],
  image: pictureHeaders,
};

export const rightBody: Readonly<Record<Endpoint, Buffer>> = {
  text: Buffer.from(chat()),
  image: picture,
};

/** The head of an answer, its last line empty. */
export function head(status: string, headers: Headers = []): string {
  return [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
}

/** A whole answer of HTTP. */
export function answer(status: string, headers: Headers, body: Bytes): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(head(status, [...headers, `content-length: ${bytes.length}`])), bytes]);
}

/** Sends bytes, and closes. */
export function send(...parts: readonly Bytes[]): Serve {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return (socket) => socket.end(bytes);
}

/** Sends a whole answer, and closes. */
export function respond(status: string, headers: Headers, body: Bytes): Serve {
  return send(answer(status, headers, body));
}

/** A 200 of the endpoint's own type. */
export function ok(body: Bytes, ...headers: Headers): Serve {
  return (socket, endpoint) =>
    respond('200 OK', [...rightHeaders[endpoint], ...headers], body)(socket, endpoint);
}

/** A 200 that says it is JSON. */
export function okJson(body: Bytes, ...headers: Headers): Serve {
  return respond('200 OK', [jsonType, ...headers], body);
}

/** A 200 that says it is a metered JPEG. */
export function okPicture(body: Bytes, ...headers: Headers): Serve {
  return respond('200 OK', [...pictureHeaders, ...headers], body);
}

/** Serves what depends on the endpoint: its right headers and its right body are given. */
export function around(make: (headers: Headers, body: Buffer) => readonly Bytes[]): Serve {
  return (socket, endpoint) => send(...make(rightHeaders[endpoint], rightBody[endpoint]))(socket, endpoint);
}

/** Sends a beginning, and then a piece every so often, until the other side has had enough. */
export function drip(start: Serve | Bytes, piece: Bytes, everyMs: number): Serve {
  return (socket, endpoint) => {
    if (typeof start === 'function') start(socket, endpoint);
    else socket.write(start);
    const timer = setInterval(() => socket.write(piece), everyMs);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Sends a beginning, and then a block again and again, as fast as it is read. */
export function pour(start: (endpoint: Endpoint) => Bytes, block: Bytes): Serve {
  return (socket, endpoint) => {
    socket.write(start(endpoint));
    const more = (): void => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', more);
    more();
  };
}

/** A chunk of a chunked body. */
export function chunk(body: Bytes): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
