import type { Budget, Canary, FailFast, Message, Notify, Priority, Values } from '../manifest/job.ts';
import type { CacheMode } from '../pollen/settle.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { DialectName, WireRequest } from '../pollinations/dialects/dialect.ts';

/** Bytes that a request carries by their sha256, and that are put into it as a data URL when it is sent. */
export interface Attachment {
  readonly sha256: string;
  readonly contentType: string;
  readonly bytes: number;
}

/** What an answer is checked against. */
export interface Expectation {
  readonly width?: number;
  readonly height?: number;
  readonly type?: string;
  readonly json?: boolean;
  /** A JSON Schema, as one of the plan's `schemas`. */
  readonly schema?: string;
}

/** What a call sends, as far as it can be known before the run. */
interface PlannedRequest {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed?: number;
  /** Most that the call can cost, decimal Pollen; `null` when no bound is known. */
  readonly maximum: string | null;
  /** Set when others may have sent the same bytes (a twin, another run, a pinned seed): a cache hit may be their charge. */
  readonly shared?: true;
  readonly expect?: Expectation;
}

interface FixedRequest {
  /** The bytes that every attempt sends; an attachment stands in it as `attachment:<sha256>`. */
  readonly request: WireRequest;
  /** sha256 over the API and the request. */
  readonly digest: string;
  /** Files below the run's `inputs/` that the request carries. */
  readonly attachments?: readonly Attachment[];
}

/** What every item of a plan has. One item is one line of a page file. */
interface PlannedBase {
  /** Position of the item in the job, from 1. */
  readonly number: number;
  readonly id: string;
  /** What the author of a batch file called it, where that can be no id. */
  readonly customId?: string;
  /** Values of its matrix and its row, for the results. */
  readonly vars?: Values;
  /** Names what the item asks: the digest of its request, or of its steps: all that they will send, and what is checked. */
  readonly digest: string;
  /** Record of an earlier run that has this work done already: it is taken over instead of a call. */
  readonly reuse?: { readonly runId: string; readonly key: string };
}

/** An item of one call: everything a worker needs to make it, and to price it. */
export interface PlannedCall extends PlannedBase, PlannedRequest, FixedRequest {}

/** A step whose bytes hang on what earlier steps answer: filled in, and kept, before it is first sent. */
export interface DeferredRequest {
  readonly messages?: readonly Message[];
  readonly images?: readonly string[];
  readonly prompt?: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What its templates name besides `steps`, `each` and `index`. */
  readonly scope: Values;
  readonly timezone: string;
}

/** One step of an item with several, or of one whose answer may be mended. */
export type PlannedStep = PlannedRequest & {
  readonly id: string;
  readonly lane: string;
  /** Positions of the steps that come before it. */
  readonly needs: readonly number[];
  readonly forEach?: {
    /** Position of the step that returns the list. */
    readonly step: number;
    readonly path: readonly (string | number)[];
    readonly max: number;
  };
  /** Further calls that may mend an answer which does not fit. */
  readonly repair?: number;
} & (FixedRequest | { readonly deferred: DeferredRequest });

/** An item of several calls. */
export interface PlannedChain extends PlannedBase {
  readonly steps: readonly PlannedStep[];
  /** What another run has done of it: those of its steps are taken over before the others are called. */
  readonly begun?: BegunChain;
}

/** What a run has left of an item of several calls that it did not finish. */
export interface BegunChain {
  readonly runId: string;
  /** What the keys of all that it has left start with. */
  readonly prefix: string;
  /** Ids of steps that are whole, and will not be called. */
  readonly done?: readonly string[];
  /** Ids of steps whose calls get other seeds, and so other bytes than those that are kept. */
  readonly reseeded?: readonly string[];
}

/** One row of the expanded job. */
export type PlannedItem = PlannedCall | PlannedChain;

export interface PlannedPage {
  readonly page: number;
  readonly lane: string;
  readonly items: readonly PlannedItem[];
}

/** A model, and what it is asked for. */
export interface PlannedUse {
  readonly kind: 'text' | 'image';
  readonly model: string;
}

/** Which API a run belongs to. Its id is part of every digest, so runs of different APIs never mix. */
export interface PlannedApi {
  readonly id: string;
  readonly dialect: DialectName;
  readonly cacheMode: CacheMode;
  readonly emulated: boolean;
}

/** A data file that items were made of, as it was when they were. */
export interface PlanSource {
  /** As the job names it: a path, a glob or `s3://bucket/key`. */
  readonly path: string;
  /** Of its bytes; of a glob's files, over the digests and paths of all. */
  readonly sha256: string;
  readonly bytes: number;
  /** How many files a glob named. */
  readonly files?: number;
  /** The store's own mark of an object's version. */
  readonly version?: string;
}

export interface Estimate {
  /** What the prompts cost with the shortest answers, decimal Pollen. Absent in plans of earlier versions, as the next two. */
  readonly atLeast?: string;
  /** Sum of the charges that past runs or bounds make likely. */
  readonly likely?: string;
  /** Calls of which nothing tells what they will likely cost. */
  readonly unknown?: number;
  /** Sum of the maximum prices that are known, decimal Pollen. */
  readonly atMost: string;
  /** Calls whose price has no known bound, such as text without `max_tokens`. */
  readonly unbounded: number;
  /** Calls of models that cost nothing. */
  readonly free: number;
}

/** The run that a retry is of. */
export interface PlannedParent {
  readonly runId: string;
  /** Why it is retried, in the words of who does it. */
  readonly reason?: string;
}

/** `plan/plan.json`: written last, so that a plan is whole or absent. */
export interface Plan {
  readonly version: 1;
  readonly runId: string;
  /** Names the plan's pages: first 10 of the sha256 of their content. */
  readonly digest: string;
  readonly job: string;
  /** The run whose unfinished items this one calls again. */
  readonly parent?: PlannedParent;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** When the plan was made, ISO 8601. */
  readonly createdAt: string;
  readonly api: PlannedApi;
  readonly items: number;
  readonly pages: readonly {
    readonly page: number;
    readonly lane: string;
    /** Other lanes that its calls need. */
    readonly others?: readonly string[];
    /** Set on pages of the canary, which come first. */
    readonly canary?: true;
    readonly calls: number;
  }[];
  /** Lanes of all calls, those of steps too. Absent in plans of earlier versions. */
  readonly lanes?: readonly string[];
  readonly models: readonly string[];
  /** Data files that the items were made of. */
  readonly sources?: readonly PlanSource[];
  /** JSON Schemas that answers are checked against, by the sha256 of their canonical JSON. */
  readonly schemas?: Readonly<Record<string, Values>>;
  /** Calls in flight that the job allows itself. */
  readonly concurrency?: number;
  /** Most that the run may cost. */
  readonly budget?: Budget;
  /** Its first items are made alone before the others. */
  readonly canary?: Canary;
  /** Time that the run may take from `createdAt`, in milliseconds. */
  readonly deadline?: number;
  /** Ends the run when its items fail. */
  readonly failFast?: FailFast;
  /** How the run stands among others; `normal` when absent. */
  readonly priority?: Priority;
  /** Who is told what becomes of the run. */
  readonly notify?: readonly Notify[];
  /** Prices as they were when the run was planned: charges are computed from these. */
  readonly prices: PriceSnapshot;
  readonly estimate: Estimate;
}
