import { gzipSync } from 'node:zlib';

import { gif, mp4, png, webp } from '../pollinations/pictures.ts';
import type { Endpoint, OddAnswer, Serve } from './hostile-answer.ts';
import {
  answer,
  chat,
  chunk,
  head,
  hostileWords,
  jsonType,
  okJson,
  okPicture,
  picture,
  send,
} from './parts.ts';

const text = (name: string, serve: Serve, gives = hostileWords, doubt?: string): OddAnswer =>
  odd('text', name, serve, gives, doubt);
const image = (name: string, serve: Serve, gives = 'image/jpeg', doubt?: string): OddAnswer =>
  odd('image', name, serve, gives, doubt);

function odd(
  endpoint: Endpoint,
  name: string,
  serve: Serve,
  gives: string,
  doubt: string | undefined,
): OddAnswer {
  return { name, endpoint, serve, gives, ...(doubt === undefined ? {} : { doubt }) };
}

const right = chat();
const bytes = Buffer.from(right);

/** Answers that look odd and are right: refusing everything would be no check. */
export const oddAnswers: readonly OddAnswer[] = [
  text('early-hints', send(head('103 Early Hints', ['link: </a>']), answer('200 OK', [jsonType], right))),
  text('set-cookie', okJson(right, 'set-cookie: a=b', 'set-cookie: c=d')),
  text('two-content-types', okJson(right, 'content-type: text/html')),
  text('a-thousand-headers', okJson(right, ...Array.from({ length: 500 }, (_, index) => `x-${index}: y`))),
  text(
    'one-byte-chunks',
    send(
      head('200 OK', [jsonType, 'transfer-encoding: chunked']),
      ...[...bytes].map((byte) => chunk(Buffer.from([byte]))),
      '0\r\nx-trailer: yes\r\n\r\n',
    ),
  ),
  text('no-length', send(head('200 OK', [jsonType, 'connection: close']), right)),
  text('no-reason', send(`HTTP/1.1 200\r\n${jsonType}\r\ncontent-length: ${bytes.length}\r\n\r\n`, right)),
  text('http-1-0', send(`HTTP/1.0 200 OK\r\n${jsonType}\r\n\r\n`, right)),
  text('gzip-unasked', okJson(gzipSync(right), 'content-encoding: gzip')),
  text('byte-order-mark', okJson(`\uFEFF${right}`)),
  text(
    'json-of-a-kind',
    send(answer('200 OK', ['content-type: application/vnd.api+json; charset=utf-8'], right)),
  ),
  text('error-null', okJson(chat({ error: null }))),
  text('duplicate-key-last-right', okJson(right.replace('{', '{"choices":[],'))),
  text('control-characters', okJson(chat({}, { content: `${hostileWords}\u001b[31m\0` }))),
  text(
    'half-a-character',
    okJson(right.replace(hostileWords, `${hostileWords} \\ud83d`)),
    hostileWords,
    'could not be read',
  ),
  text(
    'no-utf-8',
    okJson(Buffer.from(right.replace(hostileWords, `${hostileWords} \xff\xfe`), 'latin1')),
    hostileWords,
    'could not be read',
  ),
  image('png-called-jpeg', okPicture(png(64, 64)), 'image/png'),
  image('webp-called-jpeg', okPicture(webp(64, 64)), 'image/webp'),
  image('still-gif', okPicture(gif(64, 64)), 'image/gif'),
  image('video', okPicture(mp4()), 'video/mp4'),
  image('another-size', okPicture(png(640, 48)), 'image/png'),
  image('zeros-behind', okPicture(Buffer.concat([picture, Buffer.alloc(100)]))),
  image('page-behind-a-picture', okPicture(Buffer.concat([picture, Buffer.from([0xff, 0xd9])]))),
  image(
    'negative-usage',
    send(answer('200 OK', ['content-type: image/jpeg', 'x-usage-completion-image-tokens: -1'], picture)),
    'image/jpeg',
    'without usage',
  ),
  image('no-content-type', send(answer('200 OK', ['x-usage-completion-image-tokens: 1'], picture))),
];
