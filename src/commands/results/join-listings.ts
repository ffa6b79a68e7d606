import type { ListedObject } from '../../storage/object-store.ts';

/** An object of a folder, beside what is there of the same name in another. */
export interface JoinedObject {
  /** Below the folder. */
  readonly name: string;
  readonly bytes: number;
  /** Absent where the other folder has none of that name. */
  readonly bytesThere?: number;
}

/** Lists a folder beside another one; both come in the order of their keys, and one entry of each is at hand. */
export async function* joinListings(
  here: AsyncIterable<ListedObject>,
  root: string,
  there: AsyncIterable<ListedObject>,
  rootThere: string,
): AsyncGenerator<JoinedObject> {
  const others = there[Symbol.asyncIterator]();
  const next = async (): Promise<{ readonly name: string; readonly bytes: number } | undefined> => {
    const { done, value } = await others.next();
    return done === true ? undefined : { name: value.key.slice(rootThere.length), bytes: value.bytes };
  };
  let other = await next();
  for await (const { key, bytes } of here) {
    const name = key.slice(root.length);
    while (other !== undefined && isBefore(other.name, name)) other = await next();
    yield { name, bytes, ...(other?.name === name ? { bytesThere: other.bytes } : {}) };
  }
}

// As stores order keys: by their bytes, which for ASCII are their characters.
function isBefore(one: string, other: string): boolean {
  return one < other;
}
