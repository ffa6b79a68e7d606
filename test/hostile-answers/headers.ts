import { hostile, type HostileAnswer, type Serve } from './hostile-answer.ts';
import { around, head, respond, rightHeaders } from './parts.ts';

const lengthOf = (body: Buffer): string => `content-length: ${body.length}`;

/** A right answer with one more line in its head. */
const withLine = (...lines: string[]): Serve =>
  around((headers, body) => [head('200 OK', [...headers, lengthOf(body), ...lines]), body]);

const redirect = (status: string, ...headers: string[]): Serve =>
  respond(status, [...headers, 'content-type: text/plain'], 'elsewhere');

/** Redirects, interim answers, and heads that no HTTP has. */
export const headers: readonly HostileAnswer[] = [
  hostile('redirect-to-itself', 'redirected', redirect('301 Moved Permanently', 'location: /')),
  hostile('redirect-elsewhere', 'redirected', redirect('302 Found', 'location: http://127.0.0.1:1/steal')),
  hostile('redirect-see-other', 'redirected', redirect('303 See Other', 'location: http://169.254.169.254/')),
  hostile(
    'redirect-same-method',
    'redirected',
    redirect('307 Temporary Redirect', 'location: //127.0.0.1:1/'),
  ),
  hostile(
    'redirect-for-good',
    'redirected',
    redirect('308 Permanent Redirect', 'location: javascript:alert(1)'),
  ),
  hostile('redirect-nowhere', 'redirected', redirect('302 Found')),
  hostile('many-choices', 'redirected', redirect('300 Multiple Choices', 'location: file:///etc/passwd')),
  hostile('switched-protocols', 'reset', (socket, endpoint) => {
    socket.write(head('101 Switching Protocols', ['connection: upgrade', 'upgrade: websocket']));
    socket.end(Buffer.from([0x81, 0x05, ...Buffer.from(endpoint)]));
  }),
  hostile(
    'continue-unasked',
    'reset',
    around((given, body) => [head('100 Continue'), head('200 OK', [...given, lengthOf(body)]), body]),
  ),
  hostile('interim-alone', 'reset', (socket) => void socket.end(head('103 Early Hints', ['link: </a>']))),
  hostile(
    'header-flood',
    'reset',
    withLine(...Array.from({ length: 2_000 }, (_, index) => `x-${index}: flood`)),
  ),
  hostile('header-of-a-megabyte', 'reset', withLine(`x-long: ${'a'.repeat(1024 * 1024)}`)),
  hostile('header-without-colon', 'reset', withLine('this is no header')),
  hostile('header-with-nul', 'reset', withLine('x-nul: a\0b')),
  hostile('header-name-with-space', 'reset', withLine('x name : value')),
  hostile('two-lengths', 'reset', withLine('content-length: 3')),
  hostile('length-and-chunks', 'reset', withLine('transfer-encoding: chunked')),
  hostile(
    'length-of-words',
    'reset',
    around((given, body) => [head('200 OK', [...given, 'content-length: many']), body]),
  ),
  hostile(
    'length-below-zero',
    'reset',
    around((given, body) => [head('200 OK', [...given, 'content-length: -1']), body]),
  ),
  hostile(
    'length-beyond-all',
    'reset',
    around((given, body) => [head('200 OK', [...given, 'content-length: 99999999999999999999999999']), body]),
  ),
  hostile(
    'length-of-two-gigabytes',
    'answer-too-large',
    around((given, body) => [head('200 OK', [...given, 'content-length: 2147483648']), body]),
  ),
  hostile(
    'lone-carriage-returns',
    'reset',
    around((given, body) => [`HTTP/1.1 200 OK\r${[...given, lengthOf(body)].join('\r')}\r\r`, body]),
  ),
  hostile('answer-split', ['truncated', 'bad-result'], (socket, endpoint) => {
    const split = head('200 OK', [
      ...rightHeaders[endpoint],
      'x-a: b\r\n\r\nHTTP/1.1 200 OK',
      'content-length: -5',
    ]);
    socket.end(split);
  }),
  hostile('not-http', 'reset', (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
  hostile(
    'http-of-1991',
    'reset',
    around((_, body) => [body]),
  ),
  hostile('http2-preface', 'reset', (socket) => void socket.end(Buffer.from('000012040000000000', 'hex'))),
  hostile('tls-alert', 'reset', (socket) => void socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 80]))),
];
