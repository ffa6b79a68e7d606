import { gif, jpeg, mp4, png, saysItIs, svg, webp } from '../pollinations/pictures.ts';
import { hostile, type HostileAnswer } from './hostile-answer.ts';
import { okPicture } from './parts.ts';

const wrong = (
  name: string,
  code: HostileAnswer['codes']['image'],
  body: string | Uint8Array,
): HostileAnswer => hostile(name, ['not-the-api', code], okPicture(body));

/** A PNG with one part before its end, which says what a plain PNG does not. */
function pngWith(picture: Buffer, type: string, data: Buffer): Buffer {
  const part = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  part.writeUInt32BE(data.length);
  // After the signature and the header, where such parts belong.
  return Buffer.concat([picture.subarray(0, 33), part, picture.subarray(33)]);
}

/** A WebP of several pictures: the bit that says so, and the part that they are in. */
function movingWebp(): Buffer {
  const head = Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x3f\0\0\x3f\0\0', 'latin1');
  const parts = Buffer.concat([head, Buffer.from('ANIM\x06\0\0\0\0\0\0\0\0\0', 'latin1'), frame(), frame()]);
  parts.writeUInt32LE(parts.length - 8, 4);
  return parts;
}

function frame(): Buffer {
  const data = Buffer.alloc(24);
  const start = Buffer.from('ANMF\0\0\0\0', 'latin1');
  start.writeUInt32LE(data.length, 4);
  return Buffer.concat([start, data]);
}

const gifFrame = Buffer.from([0x2c, 0, 0, 0, 0, 64, 0, 64, 0, 0, 2, 2, 0x4c, 1, 0]);
const gifHead = Buffer.from([...Buffer.from('GIF89a', 'latin1'), 64, 0, 64, 0, 0, 0, 0]);
/** Whole GIF of so many frames. */
export const gifOf = (frames: number): Buffer =>
  Buffer.concat([gifHead, ...Array.from({ length: frames }, () => gifFrame), Buffer.from([0x3b])]);

const plain = png(64, 64);
const middle = (picture: Buffer): Buffer => Buffer.from(picture).fill(0, 40, picture.length - 12);

/** The head of a JPEG whose segments have no length, which lets careless readers go round for ever. */
const roundAndRound = Buffer.concat([
  Buffer.from([0xff, 0xd8]),
  Buffer.alloc(400_000, Buffer.from([0xff, 0xe0, 0, 0])),
  Buffer.from([0xff, 0xd9]),
]);

/** What is no picture, or not the one that was asked for. */
export const images: readonly HostileAnswer[] = [
  wrong('one-pixel', 'bad-result', png(1, 1)),
  wrong('tracking-pixel', 'bad-result', gif(1, 1)),
  wrong('thin-line', 'bad-result', png(64, 1)),
  wrong('no-size', 'bad-result', saysItIs(plain, 0, 0)),
  wrong('size-below-zero', 'bad-result', saysItIs(plain, 0xffffffff, 0xffffffff)),
  wrong('bomb-in-one-direction', 'bad-result', saysItIs(plain, 64, 0x7fffffff)),
  wrong('bomb-in-both', 'bad-result', saysItIs(plain, 30_000, 30_000)),
  wrong('jpeg-bomb', 'bad-result', jpeg(65_535, 65_535)),
  wrong('webp-bomb', 'bad-result', webp(16_384, 16_384)),
  wrong('gif-bomb', 'bad-result', Buffer.concat([gif(65_535, 65_535)])),
  wrong('jpeg-cut-in-its-head', 'truncated', jpeg(64, 64).subarray(0, 30)),
  wrong('jpeg-cut-in-the-middle', 'truncated', jpeg(64, 64).subarray(0, 200)),
  wrong('jpeg-cut-at-its-end', 'truncated', jpeg(64, 64).subarray(0, -1)),
  wrong('png-cut-in-its-head', 'truncated', plain.subarray(0, 20)),
  wrong('png-cut-in-the-middle', 'truncated', plain.subarray(0, plain.length >> 1)),
  wrong('png-cut-at-its-end', 'truncated', plain.subarray(0, -1)),
  wrong('png-without-its-middle', 'truncated', Buffer.concat([plain.subarray(0, 45), plain.subarray(-12)])),
  wrong('png-of-zeros-inside', 'truncated', middle(plain)),
  wrong('png-of-no-picture', 'bad-result', Buffer.concat([plain.subarray(0, 33), plain.subarray(-12)])),
  wrong('jpeg-of-no-picture', 'bad-result', Buffer.from([0xff, 0xd8, 0xff, 0xd9])),
  wrong(
    'jpeg-without-a-scan',
    'bad-result',
    Buffer.concat([jpeg(64, 64).subarray(0, 33), Buffer.from([0xff, 0xd9])]),
  ),
  wrong('jpeg-that-goes-round', 'bad-result', roundAndRound),
  wrong('gif-of-no-picture', 'bad-result', gifOf(0)),
  wrong('webp-cut', 'truncated', webp(64, 64).subarray(0, -9)),
  wrong('webp-of-no-picture', 'bad-result', Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1')),
  wrong('mp4-of-no-video', 'bad-result', Buffer.from('\0\0\0\x08ftyp', 'latin1')),
  wrong('mp4-without-an-end', 'bad-result', Buffer.from('\0\0\0\0ftypisom', 'latin1')),
  wrong('mp4-cut', 'truncated', mp4().subarray(0, -9)),
  wrong('moving-gif', 'bad-result', gifOf(3)),
  wrong('moving-png', 'bad-result', pngWith(plain, 'acTL', Buffer.from([0, 0, 0, 3, 0, 0, 0, 0]))),
  wrong('moving-webp', 'bad-result', movingWebp()),
  wrong('svg', 'bad-result', svg(64, 64)),
  wrong(
    'svg-with-a-script',
    'bad-result',
    svg(64, 64).toString().replace('</svg>', '<script>alert(1)</script></svg>'),
  ),
  wrong('svg-that-is-slow-to-read', 'bad-result', `<svg ${'a="'.repeat(150_000)}></svg>`),
  wrong('gif-that-is-a-page', 'truncated', 'GIF89a=<html><script>alert(1)</script></html>;'),
  wrong('page-called-a-picture', 'bad-result', '<html><body>Sign in</body></html>'),
  wrong('noise', 'bad-result', Buffer.alloc(5_000, 'hostile words ')),
  wrong('zeros', 'bad-result', Buffer.alloc(5_000)),
  wrong('icon', 'bad-result', Buffer.from('0000010001001010000001002000680400001600000000', 'hex')),
  wrong('tiff', 'bad-result', Buffer.from('49492a000800000000000000', 'hex')),
  wrong('pdf', 'bad-result', '%PDF-1.7\n%%EOF\n'),
  wrong('archive', 'bad-result', Buffer.from('504b0304140000000000', 'hex')),
  wrong('bitmap', 'bad-result', Buffer.concat([Buffer.from('BM', 'latin1'), Buffer.alloc(200)])),
  wrong('text-in-a-picture-type', 'bad-result', 'hostile words'),
];
