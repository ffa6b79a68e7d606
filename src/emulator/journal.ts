import type { FaultName } from './faults.ts';
import type { Usage } from './usage.ts';

/** What one request came to. Entries stand in the order in which the requests were settled. */
export interface JournalEntry {
  /** Number of the request in order of arrival, from 1. */
  readonly seq: number;
  /** Time of arrival, ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** Path and query as they came, without the key. */
  readonly path: string;
  readonly body?: string;
  /** sha256 of method, path with its query sorted, and canonical body: what the cache goes by. */
  readonly digest: string;
  readonly keyKind: 'secret' | 'publishable' | 'none' | 'unknown';
  /** The key's name; never the key. */
  readonly key?: string;
  readonly requestId: string;
  readonly model?: string;
  readonly fault?: FaultName;
  /** 0 when no status line was sent. */
  readonly status: number;
  /** `miss` generated and cached, `dedup` joined a running generation, `skip` generated uncached, `none` was no generation. */
  readonly cache: 'miss' | 'hit' | 'dedup' | 'skip' | 'none';
  readonly generated: boolean;
  readonly usage?: Usage;
  /** Decimal Pollen billed for this request. */
  readonly charge: string;
  /** sha256 of the whole answer's body, also where less of it, or nothing, was sent. */
  readonly bodySha256?: string;
  /** sha256 of the message content of a text answer. */
  readonly contentSha256?: string;
  /** Requests in the works when this one arrived, itself included. */
  readonly inFlight: number;
  /** Only for a change of settings: what the wallet was set to. */
  readonly wallet?: string;
}

/** An append-only list of entries. */
export interface Journal {
  append(entry: JournalEntry): void;
  /** Entries from number `from` (0 is the first) on, at most `limit`; of these none that are dropped. */
  read(from: number, limit: number): readonly JournalEntry[];
  /** Number of the first entry that is still there. */
  first(): number;
  /** How many entries there were. */
  length(): number;
  close(): void;
}
