import type { Values } from '../manifest/job.ts';
import type { CacheStatus } from '../pollen/settle.ts';
import type { Charge } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import type { CallPart } from '../storage/keys.ts';

/** One try at a call, as the record keeps it. */
export interface AttemptRecord extends Partial<CallPart> {
  /** Model that was asked, of an item of several calls. */
  readonly model?: string;
  /** Temporal's attempt number, from 1. */
  readonly attempt: number;
  /** When the attempt ended, ISO 8601; absent for an attempt that a lost worker took with it. */
  readonly at?: string;
  /** Temporal identity of the worker that made it; absent in records of earlier versions, and where nobody could tell. */
  readonly worker?: string;
  /** `answered`, `lost-worker`, or the code of the fault. */
  readonly code: string;
  readonly status?: number;
  /** Our id of it, as the API logs it; absent where nothing was sent, and for a lost worker. */
  readonly requestId?: string;
  /** Milliseconds from send to end. */
  readonly latencyMs?: number;
  /** Which lane let it go, and how many calls a second that let go then; absent in records of earlier versions. */
  readonly lane?: { readonly name: string; readonly rps?: number };
  /** What its answer used; absent in records of earlier versions. */
  readonly usage?: Usage;
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
  /** Of which call, where the item has several. */
  readonly part?: CallPart;
  /** What the next attempt goes on from, where the call is made again after a pause. */
  readonly history?: unknown;
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
  /** What the author of a batch file called it. */
  readonly customId?: string;
  /** Values of its matrix and its row. */
  readonly vars?: Values;
  /** Of an item of several calls, those of its last one. */
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed?: number;
  /** sha256 of the request that every attempt sent, or of all that the item's steps send. */
  readonly digest: string;
  /** Names what the answer of a single call was checked for too; absent where nothing was, as in earlier versions. */
  readonly work?: string;
  readonly attempts: readonly AttemptRecord[];
  /** Attempts that were told to slow down; they are counted, not listed. */
  readonly throttled: number;
  readonly cost: ItemCost;
  /** The calls of an item that has several. */
  readonly steps?: readonly StepResult[];
  /** Set when an earlier run had done this work: the run that made the call. */
  readonly reused?: { readonly runId: string };
  /** When the record was written, ISO 8601. */
  readonly at: string;
}

/** What became of one call of an item that has several. */
export interface StepResult extends CallPart {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed?: number;
  /** `cancelled`: it was sent, and its run was stopped before it had an end. */
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly digest?: string;
  readonly text?: string;
  readonly json?: true;
  readonly artifact?: Artifact;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly usage?: Usage;
  readonly doubt?: string;
  readonly fault?: Fault;
  /** Set when an earlier run has made the call: which one. */
  readonly reused?: { readonly runId: string };
  readonly cost: ItemCost;
  /** Attempts that are listed among the item's. */
  readonly attempts: number;
  readonly throttled: number;
}

/** What went wrong with an item or a call. */
interface Fault {
  readonly code: string;
  readonly status?: number;
  readonly message: string;
  readonly remedy: string;
}

export interface SucceededRecord extends RecordBase {
  readonly status: 'succeeded';
  /** The text itself, up to 64 KB; longer ones are artifacts. */
  readonly text?: string;
  /** Set when the text is the JSON that was asked for. */
  readonly json?: true;
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
  readonly fault: Fault;
  /** What was answered instead of what was asked for, cut at 64 KB. */
  readonly answer?: string;
}

/** `….step.json`: the record of one call of an item that has several. */
export type StepRecord = ItemRecord & {
  readonly part: CallPart;
  /** Lengths of the lists that later steps go over, by the position of the later step. */
  readonly lists?: Readonly<Record<string, number>>;
};

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
  /** Of a step: lengths of the lists that later steps go over, by the position of the later step. */
  readonly lists?: Readonly<Record<string, number>>;
}

/** Shrinks a record to its receipt. */
export function receiptOf(record: ItemRecord | StepRecord, recordKey: string): Receipt {
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
        ...('lists' in record && record.lists !== undefined ? { lists: record.lists } : {}),
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
