import { imageSize } from 'image-size';

import { quoted } from '../manifest/printable.ts';
import type { ProblemCode } from '../manifest/problem-codes.ts';
import { formatOf } from '../pollinations/image-format.ts';
import { sha256 } from './digest.ts';
import type { JobFiles } from './job-files.ts';
import { readWhole, type JobInput } from './job-inputs.ts';
import type { Attachment } from './plan.ts';

/** Most bytes of a picture that a call carries. */
const IMAGE_BYTES = 10 * 1024 * 1024;
/** Most bytes of all pictures of a call; as base64 in JSON they are a third more. */
const CALL_BYTES = 20 * 1024 * 1024;

const extensions: ReadonlySet<string> = new Set(['png', 'jpg', 'webp', 'gif']);

/** What is wrong with a picture, or with all of a call. */
export interface ImageRefusal {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Pictures of the job's folder that calls carry; each is read once. */
export interface LocalImages {
  /** Finds a picture by its path. */
  find(path: string): Promise<Attachment | ImageRefusal>;
  /** All that were found. */
  readonly inputs: () => readonly JobInput[];
}

/** Looks into no file before it is asked for. */
export function createLocalImages(files: JobFiles): LocalImages {
  const known = new Map<string, Promise<Attachment | ImageRefusal>>();
  const inputs: JobInput[] = [];

  async function read(path: string): Promise<Attachment | ImageRefusal> {
    const image = await readImage(files, path);
    if (!('code' in image)) inputs.push({ path, ...image });
    return image;
  }

  return {
    find(path) {
      const image = known.get(path) ?? read(path);
      known.set(path, image);
      return image;
    },
    inputs: () => inputs,
  };
}

/** Says that the pictures of a call are too large together, where they are. */
export function sumRefusal(images: readonly Attachment[]): ImageRefusal | undefined {
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
  if (bytes <= CALL_BYTES) return undefined;
  return {
    code: 'image-too-large',
    message: `the pictures of the call have ${megabytes(bytes)} MiB together; ${megabytes(CALL_BYTES)} can be sent`,
  };
}

async function readImage(files: JobFiles, path: string): Promise<Attachment | ImageRefusal> {
  const reading = await readWhole(files, path, IMAGE_BYTES);
  if ('refusal' in reading) {
    const code = reading.refusal === 'too-large' ? 'image-too-large' : 'image-unreadable';
    return { code, message: `the picture ${quoted(path)} cannot be used: ${reading.reason}` };
  }
  const { bytes } = reading;
  const format = formatOf(bytes);
  const problem =
    format === undefined || !extensions.has(format.extension)
      ? 'it is no PNG, JPEG, WebP or GIF'
      : format.isWhole(bytes) && hasSize(bytes)
        ? undefined
        : 'it is cut off or broken';
  if (format !== undefined && problem === undefined) {
    return { sha256: sha256(bytes), contentType: format.contentType, bytes: bytes.byteLength };
  }
  return { code: 'image-invalid', message: `the picture ${quoted(path)} cannot be used: ${problem}` };
}

function hasSize(bytes: Uint8Array): boolean {
  try {
    const { width, height } = imageSize(bytes);
    return width > 0 && height > 0;
  } catch {
    return false;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1).replace('.0', '');
}
