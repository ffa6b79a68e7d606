import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../src/storage/object-store.ts';

/** A text to look for, in every form in which it may have been written down. */
export type Needles = ReadonlyMap<string, Buffer>;

/** The forms of a secret: as it is, in hex, percent-escaped, in UTF-16, and in base64 at each of its three offsets. */
export function needlesOf(secret: string): Needles {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const needles = new Map<string, Buffer>([
    ['as it is', bytes],
    ['hex', Buffer.from(hex)],
    ['upper-case hex', Buffer.from(hex.toUpperCase())],
    ['percent-escaped', Buffer.from(hex.replaceAll(/../gu, '%$&'))],
    ['percent-escaped in upper case', Buffer.from(hex.toUpperCase().replaceAll(/../gu, '%$&'))],
    ['UTF-16', Buffer.from(secret, 'utf16le')],
    ['escaped for URLs', Buffer.from(encodeURIComponent(secret))],
    ['escaped for JSON', Buffer.from(JSON.stringify(secret).slice(1, -1))],
  ]);
  for (const offset of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // The characters at both ends also depend on the neighbours.
    const firstOwn = Math.ceil((offset * 8) / 6);
    const lastOwn = Math.floor((shifted.length * 8) / 6);
    for (const encoding of ['base64', 'base64url'] as const) {
      needles.set(
        `${encoding} at offset ${offset}`,
        Buffer.from(shifted.toString(encoding).slice(firstOwn, lastOwn)),
      );
    }
  }
  return needles;
}

/** Names the forms that occur in the bytes. */
export function findNeedles(needles: Needles, bytes: Buffer): readonly string[] {
  return [...needles].filter(([, needle]) => bytes.includes(needle)).map(([form]) => form);
}

/** Searches every file below a folder. */
export async function searchFolder(folder: string, needles: Needles): Promise<readonly string[]> {
  const found: string[] = [];
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!item.isFile()) continue;
    const file = join(item.parentPath, item.name);
    for (const form of findNeedles(needles, await readFile(file))) found.push(`${file}: ${form}`);
  }
  return found;
}

/** Objects read at once. */
const READS = 16;

/** Searches every object of a bucket, or of a folder of it: key, type, metadata and body. */
export async function searchBucket(
  store: ObjectStore,
  needles: Needles,
  prefix = '',
): Promise<readonly string[]> {
  const found: string[] = [];
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  async function search(): Promise<void> {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const object = await store.get(key);
      const head = Buffer.from(JSON.stringify([key, object?.contentType, object?.metadata]));
      const forms = findNeedles(needles, Buffer.concat([head, object?.body ?? Buffer.alloc(0)]));
      for (const form of forms) found.push(`${key}: ${form}`);
    }
  }
  await Promise.all(Array.from({ length: READS }, search));
  return found;
}
