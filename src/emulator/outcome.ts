import type { Answer } from './answers.ts';
import { sha256 } from './cache.ts';
import type { Exchange } from './exchange.ts';
import type { FaultName } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import type { Usage } from './usage.ts';

/** How an answer travels, or fails to. */
export type Delivery =
  | 'whole'
  | 'pieces'
  | 'late'
  | 'reset'
  | 'lost'
  | 'hang'
  | 'cut-length'
  | 'cut-chunked'
  | 'cut-close';

/** What a request came to. */
export interface Outcome {
  readonly answer: Answer;
  readonly delivery: Delivery;
  readonly model?: string;
  readonly fault?: FaultName;
  readonly cache: JournalEntry['cache'];
  readonly generated: boolean;
  readonly usage?: Usage;
  /** Decimal Pollen. */
  readonly charge: string;
  /** The result behind the answer, which a fault may have replaced. */
  readonly result?: { readonly body: string | Uint8Array; readonly content?: string };
}

/** An outcome with nothing behind it but the answer. */
export function plainOutcome(answer: Answer): Outcome {
  return { answer, delivery: 'whole', cache: 'none', generated: false, charge: '0' };
}

const silent = new Set<Delivery>(['reset', 'lost', 'hang']);

/** The line of the journal for a request and what it came to. */
export function entryOf(exchange: Exchange, outcome: Outcome): JournalEntry {
  const { caller } = exchange;
  const { answer, result } = outcome;
  return {
    seq: exchange.sequence,
    time: exchange.startedAt.toISOString(),
    method: exchange.method,
    path: exchange.target,
    ...(exchange.body === '' ? {} : { body: exchange.body }),
    digest: exchange.digest,
    keyKind: caller.kind,
    ...('key' in caller ? { key: caller.key.name } : {}),
    requestId: exchange.requestId,
    ...(outcome.model === undefined ? {} : { model: outcome.model }),
    ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
    status: silent.has(outcome.delivery) ? 0 : answer.status,
    cache: outcome.cache,
    generated: outcome.generated,
    ...(outcome.usage === undefined ? {} : { usage: outcome.usage }),
    charge: outcome.charge,
    ...(result === undefined ? {} : { bodySha256: sha256(result.body) }),
    ...(result?.content === undefined ? {} : { contentSha256: sha256(result.content) }),
    inFlight: exchange.inFlight,
  };
}
