import type { CacheMode } from '../pollen/settle.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { DialectName, WireRequest } from '../pollinations/dialects/dialect.ts';

/** One call of the plan: everything a worker needs to make it, and to price it. One line of a page file. */
export interface PlannedCall {
  /** Position of the item in the job, from 1. */
  readonly number: number;
  readonly id: string;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed?: number;
  /** The bytes that every attempt sends. */
  readonly request: WireRequest;
  /** sha256 over the API and the request. */
  readonly digest: string;
  /** Most that the call can cost, decimal Pollen; `null` when no bound is known. */
  readonly maximum: string | null;
  /** Set when others may have sent the same bytes (a twin, another run, a pinned seed): a cache hit may be their charge. */
  readonly shared?: true;
  /** What the answer is checked against. */
  readonly expect?: { readonly width?: number; readonly height?: number; readonly json?: boolean };
}

export interface PlannedPage {
  readonly page: number;
  readonly lane: string;
  readonly calls: readonly PlannedCall[];
}

/** Which API a run belongs to. Its id is part of every digest, so runs of different APIs never mix. */
export interface PlannedApi {
  readonly id: string;
  readonly dialect: DialectName;
  readonly cacheMode: CacheMode;
  readonly emulated: boolean;
}

export interface Estimate {
  /** Sum of the maximum prices that are known, decimal Pollen. */
  readonly atMost: string;
  /** Calls whose price has no known bound, such as text without `max_tokens`. */
  readonly unbounded: number;
  /** Calls of models that cost nothing. */
  readonly free: number;
}

/** `plan/plan.json`: written last, so that a plan is whole or absent. */
export interface Plan {
  readonly version: 1;
  readonly runId: string;
  /** Names the plan's pages: first 10 of the sha256 of their content. */
  readonly digest: string;
  readonly job: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** When the plan was made, ISO 8601. */
  readonly createdAt: string;
  readonly api: PlannedApi;
  readonly items: number;
  readonly pages: readonly { readonly page: number; readonly lane: string; readonly calls: number }[];
  readonly models: readonly string[];
  /** Prices as they were when the run was planned: charges are computed from these. */
  readonly prices: PriceSnapshot;
  readonly estimate: Estimate;
}
