import { hostile, type HostileAnswer } from './hostile-answer.ts';
import { around, chunk, head } from './parts.ts';

const chunked = 'transfer-encoding: chunked';
const half = (body: Buffer): Buffer => body.subarray(0, body.length >> 1);

/** Bodies that end too early, or never say where. */
export const framing: readonly HostileAnswer[] = [
  hostile('closed-at-once', 'reset', (socket) => void socket.end()),
  hostile('reset-at-once', 'reset', (socket) => void socket.resetAndDestroy()),
  hostile('half-a-status-line', 'reset', (socket) => void socket.end('HTTP/1.')),
  hostile('half-a-head', 'reset', (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-ty')),
  hostile(
    'head-and-no-more',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, `content-length: ${body.length}`])]),
  ),
  hostile(
    'cut-by-length',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, `content-length: ${body.length}`]), half(body)]),
  ),
  hostile(
    'cut-by-one-byte',
    'truncated',
    around((headers, body) => [
      head('200 OK', [...headers, `content-length: ${body.length}`]),
      body.subarray(0, -1),
    ]),
  ),
  hostile(
    'length-too-small',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, `content-length: ${body.length - 5}`]), body]),
  ),
  hostile(
    'cut-by-close',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, 'connection: close']), half(body)]),
  ),
  hostile(
    'cut-by-close-at-the-end',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, 'connection: close']), body.subarray(0, -1)]),
  ),
  hostile(
    'cut-in-http-1-0',
    'truncated',
    around((headers, body) => [['HTTP/1.0 200 OK', ...headers, '', ''].join('\r\n'), half(body)]),
  ),
  hostile(
    'cut-in-chunks',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, chunked]), chunk(half(body))]),
  ),
  hostile(
    'last-chunk-missing',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, chunked]), chunk(body)]),
  ),
  hostile(
    'chunk-of-words',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, chunked]), 'many\r\n', body]),
  ),
  hostile(
    'chunk-below-zero',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, chunked]), '-5\r\n', body]),
  ),
  hostile(
    'chunk-beyond-all',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, chunked]), 'ffffffffffffffffff\r\n', body]),
  ),
  hostile(
    'chunk-too-long',
    'truncated',
    around((headers, body) => [
      head('200 OK', [...headers, chunked]),
      `${body.length.toString(16)}\r\n`,
      body,
      'more than there should be\r\n0\r\n\r\n',
    ]),
  ),
  hostile('reset-in-the-body', 'truncated', (socket, endpoint) => {
    around((headers, body) => [head('200 OK', [...headers, `content-length: ${body.length}`])])(
      {
        end: (bytes: Buffer) => socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 5)),
      } as never,
      endpoint,
    );
  }),
  hostile(
    'empty',
    'truncated',
    around((headers) => [head('200 OK', [...headers, 'content-length: 0'])]),
  ),
  hostile(
    'empty-by-close',
    'truncated',
    around((headers) => [head('200 OK', [...headers, 'connection: close'])]),
  ),
  hostile(
    'empty-chunked',
    'truncated',
    around((headers) => [head('200 OK', [...headers, chunked]), '0\r\n\r\n']),
  ),
];
