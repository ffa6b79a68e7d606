import type { Picture } from './picture.ts';

// Baseline JPEG (ITU T.81) of flat blocks: each has a DC coefficient and no others. At a quantiser of 8, the
// quantised coefficient is the block's level itself.
const quantiser = 8;

// Table K.3, luminance DC: code lengths of the categories 0 to 11, in order of their codes.
const lengthCounts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const categories = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

const codes: { readonly code: number; readonly length: number }[] = [];
let nextCode = 0;
for (const [index, count] of lengthCounts.entries()) {
  for (let each = 0; each < count; each += 1) codes.push({ code: nextCode++, length: index + 1 });
  nextCode <<= 1;
}

// A table of one code: "end of block", the single bit 0.
const endOfBlockCounts = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

function segment(marker: number, bytes: readonly number[]): number[] {
  const length = bytes.length + 2;
  return [0xff, marker, length >> 8, length & 0xff, ...bytes];
}

function headerOf({ width, height }: Picture, comment: string): Buffer {
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
  return Buffer.from([
    0xff,
    0xd8,
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xfe, [...Buffer.from(comment)]),
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => quantiser)]),
    // Three components; the first has twice the samples of the others in each direction.
    ...segment(0xc0, [8, ...size, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]),
    ...segment(0xc4, [0x00, ...lengthCounts, ...categories]),
    ...segment(0xc4, [0x10, ...endOfBlockCounts, 0]),
    ...segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
  ]);
}

interface BitWriter {
  /** Writes one block: the difference of its level to the last one, and the end of the block. */
  block(difference: number): void;
  finish(): Uint8Array<ArrayBuffer>;
}

function createBitWriter(header: Uint8Array, capacity: number): BitWriter {
  const bytes = new Uint8Array(header.length + capacity);
  bytes.set(header);
  let length = header.length;
  let pending = 0;
  let pendingBits = 0;

  const put = (value: number, bits: number): void => {
    pending = (pending << bits) | value;
    pendingBits += bits;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      const byte = (pending >> pendingBits) & 0xff;
      bytes[length++] = byte;
      // A zero is stuffed after 0xff, which would be a marker otherwise.
      if (byte === 0xff) bytes[length++] = 0;
    }
    pending &= (1 << pendingBits) - 1;
  };

  return {
    block(difference) {
      const category = 32 - Math.clz32(Math.abs(difference));
      const { code, length: bits } = codes[category] ?? { code: 0, length: 2 };
      put(code, bits);
      if (category > 0) put(difference > 0 ? difference : difference + (1 << category) - 1, category);
      put(0, 1);
    },
    finish() {
      if (pendingBits > 0) put((1 << (8 - pendingBits)) - 1, 8 - pendingBits);
      bytes[length++] = 0xff;
      bytes[length++] = 0xd9;
      return bytes.slice(0, length);
    },
  };
}

/** Encodes a picture as a JPEG that bears the comment; a picture of 1024 x 1024 takes a few milliseconds. */
export function encodeJpeg(picture: Picture, comment: string): Uint8Array<ArrayBuffer> {
  const { columns, rows, blocks } = picture;
  // At most 18 bits a block, times two for stuffing, six blocks for each four of the picture.
  const writer = createBitWriter(headerOf(picture, comment), columns * rows * 8 + 16);
  const last = [0, 0, 0];
  const level = (component: number, value: number): void => {
    const rounded = Math.round(value);
    writer.block(rounded - (last[component] ?? 0));
    last[component] = rounded;
  };

  for (let row = 0; row < rows; row += 2) {
    for (let column = 0; column < columns; column += 2) {
      const first = (row * columns + column) * 3;
      let [red, green, blue] = [0, 0, 0];
      for (const at of [first, first + 3, first + columns * 3, first + columns * 3 + 3]) {
        const [r, g, b] = [blocks[at] ?? 0, blocks[at + 1] ?? 0, blocks[at + 2] ?? 0];
        level(0, 0.299 * r + 0.587 * g + 0.114 * b - 128);
        red += r / 4;
        green += g / 4;
        blue += b / 4;
      }
      level(1, -0.168736 * red - 0.331264 * green + 0.5 * blue);
      level(2, 0.5 * red - 0.418688 * green - 0.081312 * blue);
    }
  }
  return writer.finish();
}
