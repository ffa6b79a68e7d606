import { imageSize } from 'image-size';
import type { Usage } from '../pollen/usage.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import { classifyErrorIn200 } from './classify.ts';
import { readErrorBody } from './error-body.ts';
import { formatOf } from './image-format.ts';
import { lookInside } from './picture-inside.ts';
import { isPlaceholder } from './placeholders.ts';
import { badResult, lostAnswer, type Reading, wrongAnswer } from './reading.ts';
import { usageFromHeaders, usedAnything } from './usage.ts';

/** What an image must be to count as a result. */
export interface ImageExpectation {
  readonly width?: number;
  readonly height?: number;
  /** As its content type names it, without `image/`. */
  readonly type?: string;
  /** The seed asked for. */
  readonly seed?: number;
}

/** What an image is held against. */
interface Wanted {
  /** Pixels asked for, which models need not keep to. */
  readonly asked: Partial<Size>;
  readonly expect: ImageExpectation;
}

// Models resize and clamp, so the size asked for is no test unless the author makes it one. But no model paints a picture of a few pixels:
// that is a tracking pixel or an error's stand-in.
const LEAST_SIDE = 16;

// A header may promise a picture that takes gigabytes to unpack.
const GREATEST_SIDE = 32_768;
/** 256 MiB unpacked, at three bytes a pixel: five times what the largest screens show, and where readers begin to refuse. */
const MOST_PIXELS = Math.floor((256 * 1024 * 1024) / 3);

// Every format has its size within its head; JPEG metadata comes before it, in segments of up to 64 KB.
const HEAD_BYTES = 524_288;

/** Reads an image (or video) that came whole with status 200, and says whether it is one. */
export function readImageAnswer(
  bytes: Uint8Array,
  headers: AnswerHeaders,
  { asked, expect }: Wanted,
  fromCache: boolean,
): Reading {
  const usage = usageFromHeaders(headers);
  const format = formatOf(bytes);
  if (format === undefined) return notAnImage(bytes, headers.get('content-type') ?? '');
  if (!format.isWhole(bytes)) {
    return lostAnswer(`the ${format.contentType} of ${bytes.byteLength} bytes does not end as one does`);
  }
  if (isPlaceholder(bytes)) return wrongAnswer('placeholder', 'the image is a rate-limit picture', usage);

  const { contentType, extension } = format;
  const inside = lookInside(extension, bytes);
  if (inside.kind === 'broken')
    return lostAnswer(`the ${contentType} of ${bytes.byteLength} bytes is broken inside`);
  if (inside.kind === 'empty') return badResult(`the ${contentType} holds no picture`, usage);
  // No model paints these: what comes in one is a stand-in, and may be more than a picture to whoever opens it.
  if (extension === 'svg' && expect.type !== 'svg') {
    return badResult('the image is image/svg+xml, which is taken only where it is expected', usage);
  }
  if (inside.moves && expect.type !== 'gif') return badResult(`the ${contentType} moves`, usage);

  const size = extension === 'mp4' ? undefined : sizeOf(bytes);
  if (size === undefined && extension !== 'mp4' && extension !== 'svg') {
    return badResult(`the ${contentType} has no readable size`, usage);
  }
  const problem = (size && sizeProblem(size, asked)) ?? unexpected(contentType, size, expect);
  if (problem !== undefined) return badResult(problem, usage);

  const modelUsed = headers.get('x-model-used');
  const doubt = fromCache ? seedDoubt(bytes, expect.seed) : usageDoubt(usage);
  return {
    ok: true,
    answer: {
      body: bytes,
      contentType,
      extension,
      usage,
      ...size,
      ...(modelUsed !== null && modelUsed !== '' && { modelUsed }),
      ...(doubt !== undefined && { doubt }),
    },
  };
}

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf(bytes: Uint8Array): Size | undefined {
  try {
    // A Buffer over the head: the library copies other arrays, and would search all of a large file.
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES));
    const { width, height } = imageSize(head);
    return { width, height };
  } catch {
    return undefined;
  }
}

function unexpected(
  contentType: string,
  size: Size | undefined,
  { type, width, height }: ImageExpectation,
): string | undefined {
  if (type !== undefined && contentType.replace(/^image\/|\+xml$/g, '') !== type) {
    return `the image is ${contentType}, and ${type} is expected`;
  }
  const isAsExpected =
    (width === undefined || width === size?.width) && (height === undefined || height === size?.height);
  if (isAsExpected) return undefined;
  const is = size === undefined ? 'has no size in pixels' : `is ${size.width}x${size.height} pixels`;
  const sides = [
    ...(width === undefined ? [] : [`a width of ${width}`]),
    ...(height === undefined ? [] : [`a height of ${height}`]),
  ];
  const expected = sides.length === 2 ? `${width}x${height}` : sides.join('');
  return `the image ${is}, and ${expected} is expected`;
}

function sizeProblem({ width, height }: Size, asked: Partial<Size>): string | undefined {
  const tooSmall =
    width < Math.min(LEAST_SIDE, asked.width ?? LEAST_SIDE) ||
    height < Math.min(LEAST_SIDE, asked.height ?? LEAST_SIDE);
  if (tooSmall) return `the image is only ${width}x${height} pixels`;
  const tooLarge = width > GREATEST_SIDE || height > GREATEST_SIDE || width * height > MOST_PIXELS;
  return tooLarge ? `the image claims ${width}x${height} pixels` : undefined;
}

function notAnImage(bytes: Uint8Array, contentType: string): Reading {
  if (bytes.byteLength === 0) return lostAnswer('the answer is empty');
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 65_536)).toString(
    'utf8',
  );
  const error = /^\s*\{/.test(start) ? readErrorBody(start) : undefined;
  if (error !== undefined) return wrongAnswer(classifyErrorIn200(error).code, error.message);
  return /^text\/|json/i.test(contentType)
    ? wrongAnswer('not-the-api', `an image was asked for, and "${contentType}" came`)
    : badResult(`the answer is no image in a known format ("${contentType}")`);
}

/** Whatever is generated is metered; pictures that stand for an error are not. It may be the meter's fault, though. */
function usageDoubt(usage: Usage): string | undefined {
  return usedAnything(usage)
    ? undefined
    : 'The image came without usage, and not from the cache: it may be a stand-in.';
}

/**
 * The image service writes the request into the picture's metadata. Its cache is shared by all users and keyed by
 * the start of the URL and a short hash, so long prompts can collide: another seed inside gives it away.
 */
function seedDoubt(bytes: Uint8Array, asked: number | undefined): string | undefined {
  if (asked === undefined) return undefined;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 65_536)).toString(
    'latin1',
  );
  const inside = /"seed":\s*(-?\d{1,20})/.exec(head)?.[1];
  if (inside === undefined || Number(inside) === asked) return undefined;
  return `The image says it was made with seed ${inside}, not ${asked}: the cache may have returned another prompt's.`;
}
