import type { Extension } from './outcome.ts';

/** A media format: how it starts and how a whole file of it ends. */
export interface MediaFormat {
  readonly extension: Extension;
  readonly contentType: string;
  readonly starts: (bytes: Uint8Array) => boolean;
  readonly isWhole: (bytes: Uint8Array) => boolean;
}

const PNG_START = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PNG_END = [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];
const JPEG_START = [0xff, 0xd8, 0xff];
const JPEG_END = [0xff, 0xd9];

/**
 * The formats the image route may give. The end matters as much as the start: a body that ends with the connection
 * may be cut off anywhere, and nothing else in HTTP tells.
 */
const mediaFormats: readonly MediaFormat[] = [
  {
    extension: 'jpg',
    contentType: 'image/jpeg',
    starts: (bytes) => hasAt(bytes, 0, JPEG_START),
    isWhole: (bytes) => endsWith(bytes, JPEG_END),
  },
  {
    extension: 'png',
    contentType: 'image/png',
    starts: (bytes) => hasAt(bytes, 0, PNG_START),
    isWhole: (bytes) => endsWith(bytes, PNG_END),
  },
  {
    extension: 'webp',
    contentType: 'image/webp',
    starts: (bytes) => hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP'),
    isWhole: (bytes) => bytes.byteLength >= 12 && bytes.byteLength >= viewOf(bytes).getUint32(4, true) + 8,
  },
  {
    extension: 'gif',
    contentType: 'image/gif',
    starts: (bytes) => hasText(bytes, 0, 'GIF8'),
    isWhole: (bytes) => endsWith(bytes, [0x3b]),
  },
  {
    extension: 'mp4',
    contentType: 'video/mp4',
    starts: (bytes) => hasText(bytes, 4, 'ftyp'),
    isWhole: hasWholeBoxes,
  },
  {
    extension: 'svg',
    contentType: 'image/svg+xml',
    starts: (bytes) =>
      /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/i.test(
        textOf(bytes, 0, 1024),
      ),
    isWhole: (bytes) => /<\/svg>\s*$/i.test(textOf(bytes, Math.max(0, bytes.byteLength - 64), 64)),
  },
];

/** Tells a format by the bytes alone: content types and file names are often wrong. */
export function formatOf(bytes: Uint8Array): MediaFormat | undefined {
  return mediaFormats.find((format) => format.starts(bytes));
}

/** Walks the boxes of an MP4: each tells its length, and together they must be the file. */
function hasWholeBoxes(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + 8 <= bytes.byteLength) {
    const size = view.getUint32(offset);
    if (size === 0) return true;
    const length =
      size === 1 && offset + 16 <= bytes.byteLength ? Number(view.getBigUint64(offset + 8)) : size;
    if (length < 8) return false;
    offset += length;
  }
  return offset === bytes.byteLength;
}

/** Some encoders pad with zeros, which no end marker ends in. */
function endsWith(bytes: Uint8Array, marker: readonly number[]): boolean {
  let end = bytes.byteLength;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end >= marker.length && hasAt(bytes, end - marker.length, marker);
}

function hasAt(bytes: Uint8Array, offset: number, marker: readonly number[]): boolean {
  return marker.every((byte, index) => bytes[offset + index] === byte);
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  return textOf(bytes, offset, text.length) === text;
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
    offset,
    offset + length,
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
