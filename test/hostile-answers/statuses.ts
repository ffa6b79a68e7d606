import { hostile, type HostileAnswer } from './hostile-answer.ts';
import { around, answer, chat, head, jsonType, respond, send } from './parts.ts';

const page = '<!DOCTYPE html><html><title>Just a moment...</title></html>';
const html = 'content-type: text/html; charset=utf-8';

/** A right answer under a status that says it is none. */
const rightUnder = (status: string) => around((headers, body) => [answer(status, headers, body)]);

/** Statuses that mean something else than the body. */
export const statuses: readonly HostileAnswer[] = [
  hostile('created', 'not-the-api', rightUnder('201 Created')),
  hostile('accepted', 'not-the-api', rightUnder('202 Accepted')),
  hostile('no-content', 'not-the-api', rightUnder('204 No Content')),
  hostile('partial-content', 'not-the-api', rightUnder('206 Partial Content')),
  hostile('not-modified', 'redirected', rightUnder('304 Not Modified')),
  hostile('teapot', 'bad-request', rightUnder('418 Teapot')),
  hostile(
    'proxy-wants-a-password',
    'not-the-api',
    respond('407 Proxy Authentication Required', [html], page),
  ),
  hostile('misdirected', 'not-the-api', respond('421 Misdirected Request', [html], page)),
  hostile('too-early', 'not-the-api', respond('425 Too Early', [html], page)),
  hostile('challenge-page', 'not-the-api', respond('403 Forbidden', [html], page)),
  hostile('tunnel-is-gone', 'not-the-api', respond('404 Not Found', [html], page)),
  hostile(
    'portal-wants-a-login',
    'server-error',
    respond('511 Network Authentication Required', [html], page),
  ),
  hostile('right-under-500', 'server-error', rightUnder('500 Internal Server Error')),
  hostile('right-under-503', 'gateway', rightUnder('503 Service Unavailable')),
  hostile('status-999', 'server-error', rightUnder('999 Nonsense')),
  hostile('status-000', 'reset', rightUnder('000 Nonsense')),
  hostile('status-of-words', 'reset', send('HTTP/1.1 OK 200\r\n\r\n', chat())),
  hostile(
    'no-credit',
    'no-credit',
    respond('402 Payment Required', [jsonType], '{"error":"Insufficient balance"}'),
  ),
  hostile('error-page-that-never-ends', 'gateway', (socket) => {
    socket.write(head('503 Service Unavailable', [html]));
    const more = (): void => {
      while (!socket.destroyed && socket.write('<p>'.repeat(20_000)));
    };
    socket.on('drain', more);
    more();
  }),
];

const waits: readonly (readonly [name: string, header: string | undefined, body?: string])[] = [
  ['nothing', undefined],
  ['zero', '0'],
  ['negative', '-30'],
  ['huge', '99999999999999999999999'],
  ['fraction', '1.5'],
  ['infinite', 'Infinity'],
  ['words', 'soon, my friend'],
  ['empty', ''],
  ['date', 'Fri, 01 Jan 2100 00:00:00 GMT'],
  ['past-date', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['broken-date', 'Fri, 99 Foo 2026 99:99:99 GMT'],
  ['list', '1, 2, 3'],
  ['negative-body', undefined, '{"error":"slow","retryAfterSeconds":-1e300}'],
  ['huge-body', undefined, '{"error":"slow","retryAfterSeconds":1e300}'],
];

/** Every kind of wish to wait. */
export const throttles: readonly HostileAnswer[] = waits.map(([name, header, body = '{"error":"slow"}']) =>
  hostile(
    `wait-${name}`,
    'rate-limited',
    respond(
      '429 Too Many Requests',
      [jsonType, ...(header === undefined ? [] : [`retry-after: ${header}`])],
      body,
    ),
  ),
);
