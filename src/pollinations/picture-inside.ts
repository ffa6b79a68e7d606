import { crc32 } from 'node:zlib';

import type { Extension } from './outcome.ts';

/** What the inside of a file says whose start and end are right. */
export type Inside =
  | { readonly kind: 'picture'; readonly moves: boolean }
  /** A part of it is missing or spoilt. */
  | { readonly kind: 'broken' }
  /** It is whole, and there is no picture in it. */
  | { readonly kind: 'empty' };

const still: Inside = { kind: 'picture', moves: false };
const moving: Inside = { kind: 'picture', moves: true };
const broken: Inside = { kind: 'broken' };
const empty: Inside = { kind: 'empty' };

/** Walks through the parts of a file, unpacking nothing: a file of a head and an end alone is no picture. */
export function lookInside(extension: Extension, bytes: Uint8Array): Inside {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (extension) {
    case 'png':
      return insidePng(buffer);
    case 'jpg':
      return insideJpeg(buffer);
    case 'gif':
      return insideGif(buffer);
    case 'webp':
      return insideWebp(buffer);
    case 'mp4':
      return insideMp4(buffer);
    case 'svg':
    case 'txt':
    case 'json':
      return still;
  }
}

/** Parts of a PNG have a length, a name and a checksum; those with a capital letter first no reader may skip. */
function insidePng(bytes: Buffer): Inside {
  let found = empty;
  let moves = false;
  for (let offset = 8; offset + 12 <= bytes.length;) {
    const end = offset + 12 + bytes.readUInt32BE(offset);
    if (end > bytes.length) return broken;
    const name = bytes.toString('latin1', offset + 4, offset + 8);
    if (/^[A-Z]/.test(name) && crc32(bytes.subarray(offset + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      return broken;
    if (name === 'acTL') moves = true;
    if (name === 'IDAT') found = still;
    if (name === 'IEND') return found === still && moves ? moving : found;
    offset = end;
  }
  return broken;
}

const JPEG_SCAN = 0xda;
/** Frames, by how they are coded; between them are three that are no frames. */
const isJpegFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Segments up to the scan, which is the picture. */
function insideJpeg(bytes: Buffer): Inside {
  let hasFrame = false;
  for (let offset = 2; offset + 4 <= bytes.length;) {
    const marker = bytes[offset + 1] ?? 0;
    // Readers skip what stands between segments.
    if (bytes[offset] !== 0xff || marker === 0xff || marker === 0) offset += 1;
    else if (marker === JPEG_SCAN) return hasFrame ? still : empty;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) offset += 2;
    else if (marker === 0xd9) return empty;
    else {
      hasFrame ||= isJpegFrame(marker);
      offset += 2 + Math.max(2, bytes.readUInt16BE(offset + 2));
    }
  }
  return empty;
}

const GIF_EXTENSION = 0x21;
const GIF_FRAME = 0x2c;
const GIF_END = 0x3b;

function insideGif(bytes: Buffer): Inside {
  let frames = 0;
  let offset = 13 + gifColours(bytes[10]);
  while (offset < bytes.length) {
    const kind = bytes[offset];
    if (kind === GIF_END) return frames === 0 ? empty : frames === 1 ? still : moving;
    if (kind === GIF_FRAME) {
      frames += 1;
      offset = afterGifBlocks(bytes, offset + 11 + gifColours(bytes[offset + 9]));
    } else if (kind === GIF_EXTENSION) offset = afterGifBlocks(bytes, offset + 2);
    else return broken;
  }
  return broken;
}

/** Bytes of a table of colours, by the flags that tell of it. */
function gifColours(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function afterGifBlocks(bytes: Buffer, start: number): number {
  let offset = start;
  while (offset < bytes.length) {
    const length = bytes[offset] ?? 0;
    offset += 1 + length;
    if (length === 0) break;
  }
  return offset;
}

function insideWebp(bytes: Buffer): Inside {
  let found = empty;
  for (let offset = 12; offset + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', offset, offset + 4);
    if (name === 'ANIM' || name === 'ANMF') return moving;
    if (name === 'VP8 ' || name === 'VP8L') found = still;
    const length = bytes.readUInt32LE(offset + 4);
    offset += 8 + length + (length % 2);
  }
  return found;
}

/** A video has a table of what is in it, and what that is. */
function insideMp4(bytes: Buffer): Inside {
  const names = new Set<string>();
  for (let offset = 0; offset + 8 <= bytes.length;) {
    names.add(bytes.toString('latin1', offset + 4, offset + 8));
    const size = bytes.readUInt32BE(offset);
    if (size === 0) break;
    const isLong = size === 1 && offset + 16 <= bytes.length;
    offset += Math.max(8, isLong ? Number(bytes.readBigUInt64BE(offset + 8)) : size);
  }
  // What it is, is the point of the format: nobody takes a video for a picture that moves.
  return names.has('moov') && (names.has('mdat') || names.has('moof')) ? still : empty;
}
