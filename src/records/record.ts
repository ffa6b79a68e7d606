import type { CacheStatus } from '../pollen/settle.ts';
import type { Charge } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';

/** One try at a call, as the record keeps it. */
export interface AttemptRecord {
  /** Temporal's attempt number, from 1. */
  readonly attempt: number;
  /** When the attempt ended, ISO 8601; absent for an attempt that a lost worker took with it. */
  readonly at?: string;
  /** `answered`, `lost-worker`, or the code of the fault. */
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string;
  /** Milliseconds from send to end. */
  readonly latencyMs?: number;
  readonly cache?: CacheStatus;
  readonly charge: Charge;
}

/** Money of one item: what is known to be charged, and what may have been. */
export interface ItemCost {
  /** Decimal Pollen. */
  readonly settled: string;
  readonly unknown: { readonly count: number; readonly atMost: string | null };
}

/** What the attempts of an item without a record may have cost: `…attempts.json`. */
export interface KeptAttempts {
  readonly attempts: readonly AttemptRecord[];
  readonly cost: ItemCost;
}

/** Result bytes in the store. */
export interface Artifact {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly width?: number;
  readonly height?: number;
}

interface RecordBase {
  readonly version: 1;
  readonly runId: string;
  readonly number: number;
  readonly id: string;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed?: number;
  /** sha256 of the request that every attempt sent. */
  readonly digest: string;
  readonly attempts: readonly AttemptRecord[];
  /** Attempts that were told to slow down; they are counted, not listed. */
  readonly throttled: number;
  readonly cost: ItemCost;
  /** Set when an earlier run had done this work: the run that made the call. */
  readonly reused?: { readonly runId: string };
  /** When the record was written, ISO 8601. */
  readonly at: string;
}

export interface SucceededRecord extends RecordBase {
  readonly status: 'succeeded';
  /** The text itself, up to 64 KB; longer ones are artifacts. */
  readonly text?: string;
  /** The whole answer message, when it holds more than text (tool calls). */
  readonly message?: unknown;
  readonly artifact?: Artifact;
  /** sha256 of the text or artifact. */
  readonly sha256: string;
  readonly bytes: number;
  readonly usage: Usage;
  readonly modelUsed?: string;
  readonly finishReason?: string;
  /** A sentence where the answer passed every check and yet looks wrong. */
  readonly doubt?: string;
}

export interface FailedRecord extends RecordBase {
  readonly status: 'failed';
  readonly fault: {
    readonly code: string;
    readonly status?: number;
    readonly message: string;
    readonly remedy: string;
  };
}

/** The immutable object that says how an item ended: the truth of the run. */
export type ItemRecord = SucceededRecord | FailedRecord;

/** What an activity tells its workflow about an item: under 1 KB, never a prompt or a result. */
export interface Receipt {
  readonly number: number;
  readonly status: 'succeeded' | 'failed';
  /** Key of the artifact, or of the record that holds the text. */
  readonly key: string;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly cost: ItemCost;
  readonly attempts: number;
  readonly throttled: number;
  /** Set when it was taken over from an earlier run. */
  readonly reused?: true;
  /** Of a failed item: what went wrong, and what to do about it. */
  readonly code?: string;
  readonly httpStatus?: number;
  readonly remedy?: string;
}

/** Shrinks a record to its receipt. */
export function receiptOf(record: ItemRecord, recordKey: string): Receipt {
  const base = {
    number: record.number,
    cost: record.cost,
    attempts: record.attempts.length + record.throttled,
    throttled: record.throttled,
    ...(record.reused === undefined ? {} : { reused: true as const }),
  };
  return record.status === 'succeeded'
    ? {
        ...base,
        status: 'succeeded',
        key: record.artifact?.key ?? recordKey,
        sha256: record.sha256,
        bytes: record.bytes,
      }
    : {
        ...base,
        status: 'failed',
        key: recordKey,
        code: record.fault.code,
        ...(record.fault.status === undefined ? {} : { httpStatus: record.fault.status }),
        remedy: record.fault.remedy,
      };
}
