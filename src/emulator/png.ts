import { crc32, deflateSync } from 'node:zlib';

import type { Picture } from './picture.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const blockSide = 8;
const repeatLineAbove = 2;

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
}

/** Encodes a picture as a true-colour PNG that bears the comment. */
export function encodePng(picture: Picture, comment: string): Uint8Array<ArrayBuffer> {
  const { width, height, columns, blocks } = picture;
  const stride = 1 + width * 3;
  const lines = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const start = y * stride;
    if (y % blockSide !== 0) {
      // The line equals the one above: with the filter "Up" all that is left is zeros.
      lines[start] = repeatLineAbove;
      continue;
    }
    const row = Math.floor(y / blockSide) * columns;
    for (let x = 0; x < width; x += 1) {
      const from = (row + Math.floor(x / blockSide)) * 3;
      lines.set(blocks.subarray(from, from + 3), start + 1 + x * 3);
    }
  }

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Uint8Array.from(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('tEXt', Buffer.from(`Comment\0${comment}`, 'latin1')),
      chunk('IDAT', deflateSync(lines, { level: 1 })),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}
