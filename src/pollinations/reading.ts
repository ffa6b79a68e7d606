import type { Usage } from '../pollen/usage.ts';
import type { Answer } from './outcome.ts';
import type { FaultCode } from './verdicts.ts';

/** The parts of an answer that its body tells; the rest is the exchange's. */
export type AnswerParts = Omit<Answer, 'kind' | 'cache' | 'requestId' | 'latencyMs'>;

/** What a 200 turned out to be. */
export type Reading =
  | { readonly ok: true; readonly answer: AnswerParts }
  | {
      readonly ok: false;
      readonly code: FaultCode;
      readonly message: string;
      readonly lost: boolean;
      readonly usage?: Usage;
    };

/** A complete answer that is not what was asked for; its usage was billed all the same. */
export function badResult(message: string, usage: Usage = {}): Reading {
  return wrongAnswer('bad-result', message, usage);
}

/** Like {@link badResult}, for answers that have a fault code of their own. */
export function wrongAnswer(code: FaultCode, message: string, usage: Usage = {}): Reading {
  const used = Object.keys(usage).length > 0;
  return { ok: false, code, message, lost: false, ...(used && { usage }) };
}

/** An answer that broke off on its way: it was generated, and may have been billed. */
export function lostAnswer(message: string): Reading {
  return { ok: false, code: 'truncated', message, lost: true };
}
