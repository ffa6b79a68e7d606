import { hostile, slow, type HostileAnswer } from './hostile-answer.ts';
import { around, drip, head, pour, rightBody, rightHeaders } from './parts.ts';

const block = Buffer.alloc(1024 * 1024, 0x20);

/** Answers that take for ever, or have no end. */
export const times: readonly HostileAnswer[] = [
  slow('silence', () => undefined),
  slow('silence-in-the-status-line', (socket) => void socket.write('HTTP/1.1 2')),
  slow('silence-in-the-head', (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-type: ')),
  slow('silence-after-the-head', (socket, endpoint) => {
    socket.write(head('200 OK', [...rightHeaders[endpoint], 'content-length: 100']));
  }),
  slow('silence-in-the-body', (socket, endpoint) => {
    const body = rightBody[endpoint];
    socket.write(head('200 OK', [...rightHeaders[endpoint], `content-length: ${body.length}`]));
    socket.write(body.subarray(0, -1));
  }),
  slow('drip-in-the-head', drip('HTTP/1.1 200 OK\r\nx-drip: ', 'a', 20)),
  slow('drip-in-the-body', (socket, endpoint) =>
    drip(head('200 OK', rightHeaders[endpoint]), ' ', 20)(socket, endpoint),
  ),
  slow('drip-of-chunks', (socket, endpoint) =>
    drip(
      head('200 OK', [...rightHeaders[endpoint], 'transfer-encoding: chunked']),
      '1\r\n \r\n',
      20,
    )(socket, endpoint),
  ),
  slow('drip-of-early-hints', drip('', head('103 Early Hints', ['link: </a>']), 20)),
  hostile(
    'endless-spaces',
    'answer-too-large',
    pour((endpoint) => head('200 OK', rightHeaders[endpoint]), block),
  ),
  hostile(
    'endless-beginning-right',
    'answer-too-large',
    pour(
      (endpoint) => Buffer.concat([Buffer.from(head('200 OK', rightHeaders[endpoint])), rightBody[endpoint]]),
      block,
    ),
  ),
  slow(
    'endless-confetti',
    pour(
      (endpoint) => head('200 OK', [...rightHeaders[endpoint], 'transfer-encoding: chunked']),
      '1\r\n \r\n'.repeat(20_000),
    ),
  ),
  hostile(
    'endless-head',
    'reset',
    pour(() => 'HTTP/1.1 200 OK\r\nx-a: ', Buffer.alloc(64 * 1024, 0x61)),
  ),
  hostile(
    'more-than-promised',
    'truncated',
    around((headers, body) => [head('200 OK', [...headers, 'content-length: 7']), body, block]),
  ),
];
