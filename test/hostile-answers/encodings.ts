import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { hostile, type HostileAnswer } from './hostile-answer.ts';
import { answer, around, ok, picture, rightBody } from './parts.ts';

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
};

const megabyte = (byte: number): Buffer => Buffer.alloc(1024 * 1024, byte);
const repeated = (part: Buffer, times: number): Buffer => Buffer.concat(Array<Buffer>(times).fill(part));

// A third of a megabyte that unpacks to 300; a gzip may have several parts.
const bomb = once(() => repeated(gzipSync(megabyte(0), { level: 9 }), 300));
const bombOfBombs = once(() => gzipSync(bomb(), { level: 9 }));
const brotliBomb = once(() => brotliCompressSync(repeated(megabyte(0), 100), quick));
const spaces = once(() => repeated(gzipSync(megabyte(0x20), { level: 9 }), 300));
const pictureBomb = once(() => Buffer.concat([gzipSync(picture), bomb()]));

const coded = (coding: string, pack: (body: Buffer) => Buffer) =>
  around((headers, body) => [answer('200 OK', [...headers, `content-encoding: ${coding}`], pack(body))]);
const late =
  (body: () => Buffer, coding: string): HostileAnswer['serve'] =>
  (socket, endpoint) =>
    ok(body(), `content-encoding: ${coding}`)(socket, endpoint);

/** Compression that is a trap, a lie, or cut off. */
export const encodings: readonly HostileAnswer[] = [
  hostile('gzip-bomb', 'answer-too-large', late(bomb, 'gzip')),
  hostile('gzip-bomb-of-spaces', 'answer-too-large', late(spaces, 'gzip')),
  hostile('gzip-bomb-after-a-picture', 'answer-too-large', late(pictureBomb, 'gzip')),
  hostile('gzip-bomb-of-bombs', 'answer-too-large', late(bombOfBombs, 'gzip, gzip')),
  hostile('brotli-bomb', 'answer-too-large', late(brotliBomb, 'br')),
  hostile(
    'gzip-that-is-none',
    'truncated',
    coded('gzip', (body) => body),
  ),
  hostile(
    'gzip-that-nobody-told-of',
    ['truncated', 'bad-result'],
    around((headers, body) => [answer('200 OK', headers, gzipSync(body))]),
  ),
  hostile(
    'gzip-cut',
    'truncated',
    coded('gzip', (body) => gzipSync(body).subarray(0, -9)),
  ),
  hostile(
    'gzip-with-a-wrong-checksum',
    'truncated',
    coded('gzip', (body) => {
      const packed = gzipSync(body);
      packed.writeUInt32LE(0xdeadbeef, packed.length - 8);
      return packed;
    }),
  ),
  hostile(
    'gzip-whose-second-part-is-cut',
    'truncated',
    coded('gzip', (body) =>
      Buffer.concat([gzipSync(body.subarray(0, 20)), gzipSync(body.subarray(20)).subarray(0, -9)]),
    ),
  ),
  hostile(
    'deflate-garbage',
    'truncated',
    coded('deflate', () => Buffer.from('this was never deflated')),
  ),
  hostile(
    'deflate-cut',
    'truncated',
    coded('deflate', (body) => deflateSync(body).subarray(0, -5)),
  ),
  hostile(
    'deflate-without-its-head',
    'truncated',
    coded('deflate', (body) => deflateRawSync(body)),
  ),
  hostile(
    'brotli-that-is-gzip',
    'truncated',
    coded('br', (body) => gzipSync(body)),
  ),
  hostile(
    'zstd',
    ['truncated', 'bad-result'],
    coded('zstd', () => Buffer.concat([Buffer.from('28b52ffd', 'hex'), rightBody.text])),
  ),
  hostile(
    'coded-fifty-times',
    ['truncated', 'bad-result'],
    coded(Array(50).fill('gzip').join(','), (body) => gzipSync(body)),
  ),
];
