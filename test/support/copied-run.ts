import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { createMemoryStore } from './memory-store.ts';

/** The objects of a run, to be changed at will. */
export interface CopiedRun {
  /** By their keys below the run's folder. */
  readonly names: () => readonly string[];
  readonly text: (name: string) => string;
  readonly bytes: (name: string) => Uint8Array;
  /** Writes an object; `undefined` takes it away. */
  set(name: string, body: string | Uint8Array | undefined): void;
  /** Says when the store took an object. @default with all others */
  date(name: string, modified: Date): void;
  readonly store: ObjectStore;
  /** Another copy of the same. */
  copy(): CopiedRun;
}

/** Copies a run out of its bucket. */
export async function copyRun(from: ObjectStore, run: RunLocation): Promise<CopiedRun> {
  const { root } = runKeys(run);
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of from.list(root)) {
    const object = await from.get(key);
    if (object !== undefined) objects.set(key.slice(root.length), object.body);
  }
  return runOf(root, objects);
}

function runOf(root: string, original: ReadonlyMap<string, Uint8Array>): CopiedRun {
  const objects = new Map(original);
  const dates = new Map<string, Date>();
  const store: ObjectStore = {
    ...createMemoryStore(),
    async get(key) {
      const body = objects.get(key.slice(root.length));
      return body === undefined ? undefined : { body, contentType: '', metadata: {}, etag: '' };
    },
    async *list(prefix) {
      for (const name of [...objects.keys()].sort()) {
        const body = objects.get(name) ?? new Uint8Array();
        if (!`${root}${name}`.startsWith(prefix)) continue;
        yield { key: `${root}${name}`, bytes: body.byteLength, modified: dates.get(name) ?? new Date(0) };
      }
    },
  };
  return {
    names: () => [...objects.keys()].sort(),
    text: (name) => Buffer.from(objects.get(name) ?? '').toString('utf8'),
    bytes: (name) => objects.get(name) ?? new Uint8Array(),
    set: (name, body) =>
      body === undefined
        ? void objects.delete(name)
        : void objects.set(name, Buffer.from(body as Uint8Array)),
    date: (name, modified) => void dates.set(name, modified),
    store,
    copy: () => runOf(root, objects),
  };
}
