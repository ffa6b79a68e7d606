import type { ComparedItem } from './run-diff.ts';

/** Bytes of a digest that are kept: two of 100,000 items are the same by chance once in 10²⁸ times. */
const DIGEST = 16;

/** Items by their ids, in little memory. */
export interface ItemTable {
  add(item: ComparedItem): void;
  /** An item as {@link ItemTable.shorten} has it, and what has been taken is no part of the rest; `undefined` where it is not there. */
  take(id: string): Pick<ComparedItem, 'request' | 'result' | 'state'> | undefined;
  /** Cuts digests to what is kept of them. */
  shorten(item: ComparedItem): Pick<ComparedItem, 'request' | 'result'>;
  /** What nobody has taken. */
  rest(): readonly Pick<ComparedItem, 'number' | 'id' | 'state'>[];
}

/** An empty table: an entry is a place in a map, its id, and 42 bytes. */
export function createItemTable(): ItemTable {
  const places = new Map<string, number>();
  const states: string[] = [];
  const positions = new Map<string, number>();
  const size = 2 * DIGEST + 10;
  let bytes = Buffer.alloc(1_024 * size);
  let count = 0;

  function placeOfState(state: string): number {
    const known = positions.get(state);
    if (known !== undefined) return known;
    positions.set(state, states.length);
    return states.push(state) - 1;
  }
  // No sha256 begins with so many zeros.
  function digestAt(offset: number): string {
    const digest = bytes.subarray(offset, offset + DIGEST);
    return digest.every((byte) => byte === 0) ? '' : digest.toString('hex');
  }

  return {
    add({ number, id, state, request, result }) {
      if ((count + 1) * size > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
      const at = count * size;
      bytes.write(shortened(request), at, 'hex');
      bytes.write(shortened(result), at + DIGEST, 'hex');
      bytes.writeUInt32LE(placeOfState(state), at + 2 * DIGEST);
      bytes.writeUIntLE(number, at + 2 * DIGEST + 4, 6);
      // Of its own: a part of a line keeps the whole.
      places.set(Buffer.from(id).toString(), count);
      count += 1;
    },
    take(id) {
      const place = places.get(id);
      if (place === undefined) return undefined;
      places.delete(id);
      const at = place * size;
      const state = states[bytes.readUInt32LE(at + 2 * DIGEST)] ?? '';
      return { request: digestAt(at), result: digestAt(at + DIGEST), state };
    },
    shorten: ({ request, result }) => ({ request: shortened(request), result: shortened(result) }),
    rest: () =>
      [...places].map(([id, place]) => {
        const at = place * size + 2 * DIGEST;
        return { number: bytes.readUIntLE(at + 4, 6), id, state: states[bytes.readUInt32LE(at)] ?? '' };
      }),
  };
}

function shortened(digest: string): string {
  return digest.slice(0, 2 * DIGEST);
}
