import { createHash } from 'node:crypto';

import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';
import type { Findings } from './findings.ts';

/** An object of the run, or why it is none to go by; then it has been said. */
export interface RunReader {
  /** Folder of the run in the bucket, with a slash at its end. */
  readonly root: string;
  /** Reads an object that must be there. */
  bytes(name: string): Promise<Uint8Array | undefined>;
  /**
   * Reads an object that must hold JSON of an object.
   *
   * @param mayLack - whether it is fine that there is none
   */
  json(name: string, mayLack?: boolean): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Reads the object of any key; it need not be the run's. */
  anywhere(key: string): Promise<Uint8Array | undefined>;
}

/** Reads the objects of a run. */
export function createReader(store: ObjectStore, root: string, findings: Findings): RunReader {
  async function read(key: string, name: string, mayLack = false): Promise<Uint8Array | undefined> {
    try {
      const object = await store.get(key);
      if (object === undefined && !mayLack) findings.add('object-missing', name, 'an object', 'none');
      return object?.body;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'store-corrupt') throw error;
      findings.add('object-damaged', name, 'the bytes that were stored', 'others: their sha256 differs');
      return undefined;
    }
  }
  return {
    root,
    bytes: (name) => read(`${root}${name}`, name),
    anywhere: (key) => read(key, key),
    async json(name, mayLack) {
      const body = await read(`${root}${name}`, name, mayLack);
      if (body === undefined) return undefined;
      const value = parsed(Buffer.from(body).toString('utf8'));
      if (value === undefined) findings.add('object-unreadable', name, 'a JSON object', 'something else');
      return value;
    },
  };
}

/** A JSON object; `undefined` for everything else. */
export function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is a list of objects. */
export function isObjects(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return (
    Array.isArray(value) &&
    value.every((one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one))
  );
}

/**
 * Looks into what came as JSON: where its shape is another one than its kind's, that is said.
 *
 * @returns whether all of it could be looked at
 */
export function lookInto(findings: Findings, object: string, look: () => void): boolean {
  try {
    look();
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    findings.add('object-unreadable', object, 'the members that an object of its kind has', error.message);
    return false;
  }
}

/** The lines of a text of JSON objects; what is none is `undefined`. */
export function linesOf(body: Uint8Array): readonly (Readonly<Record<string, unknown>> | undefined)[] {
  return [...stretchesOf(body)].map(({ start, end }) => parsed(textOf(body, start, end)));
}

/** A file of lines that are looked up by the number of their item, of which nothing but its bytes is kept. */
export interface NumberedLines {
  /** Reads the lines of an item. */
  look(number: number): readonly Readonly<Record<string, unknown>>[];
  /** Takes the lines of an item out. */
  take(number: number): readonly Readonly<Record<string, unknown>>[];
  /** Numbers of the items whose lines nobody has taken. */
  readonly left: () => readonly number[];
  /** Lines that cannot be read, counted from 1. */
  readonly unreadable: readonly number[];
}

/** Looks a file of lines through once. */
export function numberLines(body: Uint8Array): NumberedLines {
  const places = new Map<number, number[]>();
  const unreadable: number[] = [];
  let line = 0;
  for (const { start, end } of stretchesOf(body)) {
    line += 1;
    const number = parsed(textOf(body, start, end))?.['number'];
    if (typeof number === 'number') places.set(number, [...(places.get(number) ?? []), start, end]);
    else unreadable.push(line);
  }
  function look(number: number): readonly Readonly<Record<string, unknown>>[] {
    const found = places.get(number) ?? [];
    const lines: Readonly<Record<string, unknown>>[] = [];
    for (let at = 0; at < found.length; at += 2) {
      lines.push(parsed(textOf(body, found[at] ?? 0, found[at + 1] ?? 0)) ?? {});
    }
    return lines;
  }
  return {
    look,
    take(number) {
      const lines = look(number);
      places.delete(number);
      return lines;
    },
    left: () => [...places.keys()],
    unreadable,
  };
}

function* stretchesOf(body: Uint8Array): Generator<{ readonly start: number; readonly end: number }> {
  for (let start = 0; start < body.length;) {
    const next = body.indexOf(0x0a, start);
    const end = next < 0 ? body.length : next;
    if (end > start) yield { start, end };
    start = end + 1;
  }
}

function textOf(body: Uint8Array, start: number, end: number): string {
  return Buffer.from(body.buffer, body.byteOffset + start, end - start).toString('utf8');
}

/** sha256 of bytes or text, hex. */
export function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Objects read at once. */
const READS = 32;
/** Bytes that are read at once, save where one object has more. */
const BYTES = 32 * 1024 * 1024;

/** Does work on objects, many at once as long as they are small. */
export async function inBatches<Entry>(
  entries: Iterable<Entry>,
  bytesOf: (entry: Entry) => number,
  work: (entry: Entry) => Promise<void>,
): Promise<void> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = bytesOf(entry);
    if (batch.length === READS || (batch.length > 0 && bytes + size > BYTES)) {
      await Promise.all(batch.map(work));
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  await Promise.all(batch.map(work));
}
