import { parseAmount } from '../pollen/amount.ts';
import type { Usage } from '../pollen/usage.ts';
import type { WireRequest } from '../pollinations/dialects/dialect.ts';
import type { Fault, Outcome } from '../pollinations/outcome.ts';
import { scrubPatterns } from '../pollinations/secret.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import { nanopollen } from './nanopollen.ts';
import type { Telemetry } from './telemetry.ts';

/** A call, as far as it is told. */
export interface WatchedCall {
  readonly run: string;
  readonly item: string;
  /** Which call of its item it is, where the item has several. */
  readonly step?: string;
  readonly attempt: number;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly request: WireRequest;
  /** Most that it may cost, decimal Pollen; `null` when nothing bounds it. */
  readonly maximum: string | null;
}

/** What the conventions of OpenTelemetry call the kinds of calls; pictures have no name of their own there. */
const operations = { text: 'chat', image: 'generate_content' } as const;
/** Characters of a request that a line has. */
const REQUEST = 4_000;

/** Makes an attempt at a call, and tells how it ended: to the metrics, and in a line of the log. */
export async function watchCall(
  { meters, logger, logsPrompts = false }: Telemetry,
  { request, maximum, ...call }: WatchedCall,
  send: () => Promise<Outcome>,
): Promise<Outcome> {
  const hold = maximum === null ? 0 : nanopollen(parseAmount(maximum));
  meters.held(hold, {});
  try {
    const outcome = await send();
    const { kind, model } = call;
    const { code, status, latencyMs, usage = {} } = factsOf(outcome);
    meters.attempts(1, { code, kind, model });
    const named = {
      gen_ai_operation_name: operations[kind],
      gen_ai_provider_name: 'pollinations',
      gen_ai_request_model: model,
    };
    meters.duration(latencyMs / 1_000, { ...named, error_type: outcome.kind === 'fault' ? code : '' });
    // Usage of pictures counts pictures as well.
    if (kind === 'text' && Object.keys(usage).length > 0) {
      meters.tokens(tokensOf(usage, 'prompt'), { ...named, gen_ai_token_type: 'input' });
      meters.tokens(tokensOf(usage, 'completion'), { ...named, gen_ai_token_type: 'output' });
    }
    const level = outcome.kind === 'fault' ? levelOf(outcome.fault) : 'debug';
    if (logger.isLevelEnabled(level)) {
      // The API's own words may quote the prompt: they stay in the record.
      const line = {
        ...call,
        code,
        ...(status === undefined ? {} : { status }),
        latencyMs: Math.round(latencyMs),
      };
      logger[level](logsPrompts ? { ...line, request: told(request) } : line, wordsOf(outcome));
    }
    return outcome;
  } finally {
    meters.held(-hold, {});
  }
}

function factsOf(
  outcome: Outcome,
): Pick<Fault, 'status' | 'latencyMs' | 'usage'> & { readonly code: string } {
  return outcome.kind === 'fault' ? outcome.fault : { ...outcome, code: 'answered', status: 200 };
}

function tokensOf(usage: Usage, side: 'prompt' | 'completion'): number {
  return Object.entries(usage).reduce(
    (sum, [type, count]) => (type.startsWith(side) && type.endsWith('Tokens') ? sum + count : sum),
    0,
  );
}

// What costs money, or stops a run, is for somebody to see. Throttles and retries are the product's own matter.
function levelOf({ lost, code }: Fault): 'debug' | 'warn' {
  return lost || verdicts[code].verdict.action === 'pause' ? 'warn' : 'debug';
}

function wordsOf(outcome: Outcome): string {
  if (outcome.kind === 'answered') return 'call answered';
  const { lost, code } = outcome.fault;
  if (lost) return 'answer lost: it may have been charged';
  return verdicts[code].verdict.action === 'pause' ? 'call refused: its run pauses' : 'call failed';
}

function told({ path, body }: WireRequest): string {
  return scrubPatterns(body === undefined ? path : `${path} ${body}`).slice(0, REQUEST);
}
