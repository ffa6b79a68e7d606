import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, inflateRawSync } from 'node:zlib';

import type { ObjectStore } from '../../src/storage/object-store.ts';
import { needlesOf } from './needles.ts';

/** A secret that must turn up nowhere, and whose it is. */
export interface NamedSecret {
  readonly secret: string;
  /** What is said of it, for a finding never shows the secret. */
  readonly name: string;
}

interface Needle {
  readonly needle: Buffer;
  readonly name: string;
  readonly what: string;
}

/** Names what of the secrets occurs in bytes, packed by gzip or not. */
export type Scan = (bytes: Buffer) => readonly string[];

/** Characters that many secrets share, and by which they are looked for. */
const SHARED = 9;
/** So much of a secret is a finding: what is cut off tells it all the same. */
const TELLING = 16;
/** Objects read at once. */
const READS = 16;
/** Bytes read at once, and how far into the next ones a packed object may reach. */
const WINDOW = 64 << 20;
const REACH = 8 << 20;
/** As writers of memory begin it: no name, no comment. Its head has ten bytes. */
const GZIP = Buffer.from([0x1f, 0x8b, 0x08, 0]);
const GZIP_HEAD = 10;

/**
 * A search for many secrets, in every form of {@link needlesOf}: by what they begin with, which keys of tests have in
 * common, so that the bytes are passed through a dozen times however many secrets there are.
 */
export function createScan(secrets: readonly NamedSecret[]): Scan {
  const groups = new Map<string, Needle[]>();
  for (const { secret, name } of secrets) {
    const beginnings = needlesOf(secret.slice(0, SHARED));
    for (const [form, needle] of needlesOf(secret.slice(0, TELLING))) {
      const beginning = beginnings.get(form)?.toString('latin1') ?? '';
      const group = groups.get(beginning) ?? [];
      groups.set(beginning, group);
      // Base64 for URLs is often the same.
      if (group.some((other) => other.needle.equals(needle) && other.name === name)) continue;
      group.push({ needle, name, what: `${name}, ${form}` });
    }
  }
  const scanPlain = (bytes: Buffer, found: Set<string>): void => {
    for (const [beginning, group] of groups) {
      const start = Buffer.from(beginning, 'latin1');
      for (let at = bytes.indexOf(start); at !== -1; at = bytes.indexOf(start, at + 1)) {
        for (const { needle, what } of group) {
          if (bytes.subarray(at, at + needle.length).equals(needle)) found.add(what);
        }
      }
    }
  };
  return (bytes) => {
    const found = new Set<string>();
    scanPlain(bytes, found);
    // Object stores pack texts: what is packed shows nothing of what is in it.
    for (const unpacked of unpackedIn(bytes)) scanPlain(unpacked, found);
    return [...found];
  };
}

/** A search for texts that are named by what they begin with. */
export function scanFor(...texts: readonly string[]): Scan {
  return createScan(texts.map((secret) => ({ secret, name: `${secret.slice(0, 4)}…` })));
}

function* unpackedIn(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(GZIP); at !== -1; at = bytes.indexOf(GZIP, at + 1)) {
    try {
      // Not by gunzip, which takes no bytes of others after the end.
      yield inflateRawSync(bytes.subarray(at + GZIP_HEAD, at + REACH), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: WINDOW,
      });
    } catch {
      // Four bytes that mean something else.
    }
  }
}

/** Searches every file below a folder, also those too long for memory. */
export async function scanFolder(
  folder: string,
  scan: Scan,
  leaveOut: (file: string) => boolean = () => false,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(item.parentPath, item.name);
    if (!item.isFile() || leaveOut(file)) continue;
    for (const what of await scanFile(file, scan)) found.push(`${file}: ${what}`);
  }
  return found;
}

async function scanFile(file: string, scan: Scan): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  await using handle = await open(file);
  const { size } = await handle.stat();
  const window = Buffer.alloc(Math.min(size, WINDOW + REACH));
  for (let from = 0; from < size; from += WINDOW) {
    const { bytesRead } = await handle.read(window, 0, window.length, from);
    for (const what of scan(window.subarray(0, bytesRead))) found.add(what);
  }
  return found;
}

/** Searches every object of a bucket, or of a folder of it: key, type, metadata and body. */
export async function scanBucket(store: ObjectStore, scan: Scan, prefix = ''): Promise<readonly string[]> {
  const found: string[] = [];
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  async function search(): Promise<void> {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const object = await store.get(key);
      const head = Buffer.from(JSON.stringify([key, object?.contentType, object?.metadata]));
      const bytes = Buffer.concat([head, object?.body ?? Buffer.alloc(0)]);
      for (const what of scan(bytes)) found.push(`${key}: ${what}`);
    }
  }
  await Promise.all(Array.from({ length: READS }, search));
  return found;
}
