/** An object as read from the store. */
export interface StoredObject {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** User metadata, keys in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The store's version mark, quotes included. Compare, never parse. */
  readonly etag: string;
}

/** What is known of an object without reading its body. */
export interface ObjectSummary {
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly bytes: number;
}

/** One row of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

export interface PutOptions {
  /** Media type, for example `image/png` or `text/plain; charset=utf-8`. */
  readonly contentType: string;
  /**
   * User metadata: ASCII ids and hashes only, 2 KB in all (names and values), keys in lower case.
   * The store adds `sha256` of the body itself.
   */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Ends the call with an `AbortError`. The object may or may not have been stored. */
  readonly signal?: AbortSignal;
}

/** What a copy is stored with: what its source has besides stays behind. */
export interface CopyOptions extends PutOptions {
  /** Of the bytes, hex. The server copies them, so nobody here sees them. */
  readonly sha256: string;
}

/** Options of a reading call. */
export interface ReadOptions {
  /** Ends the call with an `AbortError`. */
  readonly signal?: AbortSignal;
}

/**
 * What became of a conditional put.
 *
 * - `stored: true`: the object was not there, and is now ours
 * - `same: true`: it was there with exactly our bytes (also after a lost acknowledgement of our own put): success
 * - `same: false`: somebody else's bytes won; the caller adopts `existing`
 */
export type PutOnceResult =
  | { readonly stored: true }
  | { readonly stored: false; readonly existing: StoredObject; readonly same: boolean };

/**
 * Objects in one bucket. Every method throws a {@link StoreError} for what the store refused or could not do.
 * A body's sha256 is always kept in the metadata as `sha256` (hex), so integrity does not hang on the server.
 */
export interface ObjectStore {
  readonly bucket: string;
  /** Reads an object; `undefined` when there is none. */
  get(key: string, options?: ReadOptions): Promise<StoredObject | undefined>;
  /** Reads metadata and size; `undefined` when there is no such object. */
  head(key: string, options?: ReadOptions): Promise<ObjectSummary | undefined>;
  /** Writes or overwrites: only for objects that can be rebuilt from records. */
  put(key: string, body: Uint8Array | string, options: PutOptions): Promise<void>;
  /** Writes only where nothing is (`If-None-Match: *`): the first writer wins, at any number of writers. */
  putOnce(key: string, body: Uint8Array | string, options: PutOptions): Promise<PutOnceResult>;
  /** Every object below a prefix, in key order, read a thousand at a time. */
  list(prefix: string, options?: ReadOptions): AsyncIterable<ListedObject>;
  /** Names of the folders right below a prefix that ends with a slash, in order; their objects are not read. */
  listFolders(prefix: string, options?: ReadOptions): Promise<readonly string[]>;
  /**
   * Copies an object's bytes inside the store, over whatever is there: only for objects that are named by a record that
   * is written once.
   *
   * @returns `false` when there is no such object
   */
  copy(from: string, to: string, options: CopyOptions): Promise<boolean>;
}
