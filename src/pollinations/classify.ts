import type { ErrorBody } from './error-body.ts';
import type { FaultCode } from './verdicts.ts';

export interface Classified {
  readonly code: FaultCode;
  /** Whether a generation may go on, or have gone on, behind this answer. */
  readonly lost: boolean;
}

const NO_BALANCE = /\bbalance\b|(?:insufficient|not? (?:have )?enough|out of) (?:pollen|credits?|funds)/i;
const KEY_BUDGET = /KEY_BUDGET|key(?:'s)? budget|budget (?:is )?exhausted/i;
const QUEUE_FULL = /queue (?:is )?full/i;
const CONTENT_POLICY = /content[ _-]?(?:policy|filter|management)|moderation|safety system|ResponsibleAI/i;

const CLIENT_CODES = new Map<number, FaultCode>([
  [404, 'not-found'],
  [405, 'not-found'],
  // Proxies and edges say these of themselves.
  [407, 'not-the-api'],
  [421, 'not-the-api'],
  [425, 'not-the-api'],
  [410, 'not-found'],
  [413, 'request-too-large'],
  [414, 'request-too-large'],
  [431, 'request-too-large'],
]);

/** What an edge says on a page of its own, and rightly: the request does not get through it. */
const TOO_LARGE: ReadonlySet<number> = new Set([413, 414, 431]);

/** Finds the fault code of an error answer from its status and, where the status has several meanings, its text. */
export function classify(status: number, error: ErrorBody): Classified {
  if (status >= 500) return classifyServerError(status, error);
  if (status >= 400) return { code: classifyClientError(status, error), lost: false };
  if (status >= 300) return { code: 'redirected', lost: false };
  return { code: 'not-the-api', lost: false };
}

function classifyClientError(status: number, error: ErrorBody): FaultCode {
  const text = `${error.code ?? ''} ${error.message}`;
  switch (status) {
    case 401:
      return 'unauthorized';
    case 402:
      // Queues that could be skipped by paying were answered 402 as well.
      if (QUEUE_FULL.test(text)) return 'queue-full';
      return KEY_BUDGET.test(text) ? 'key-budget' : 'no-credit';
    case 403:
      if (error.isPage) return 'not-the-api';
      if (NO_BALANCE.test(text)) return 'no-credit';
      return CONTENT_POLICY.test(text) ? 'content-policy' : 'forbidden';
    case 408:
      return 'gateway';
    case 429:
      return QUEUE_FULL.test(text) ? 'queue-full' : 'rate-limited';
    default:
      if (error.isPage) return TOO_LARGE.has(status) ? 'request-too-large' : 'not-the-api';
      if (CONTENT_POLICY.test(text)) return 'content-policy';
      return CLIENT_CODES.get(status) ?? 'bad-request';
  }
}

/**
 * Answers other than 2xx are not billed, so an error that the API itself wrote lost nothing. It is otherwise when
 * the edge gave up waiting (504, 520-530): the origin may go on, and bill.
 */
function classifyServerError(status: number, error: ErrorBody): Classified {
  if (status === 504 || (status >= 520 && status <= 530)) return { code: 'edge-timeout', lost: true };
  const lost = !error.fromApi;
  if (status === 502 || status === 503) return { code: 'gateway', lost };
  const refused = error.fromApi && CONTENT_POLICY.test(`${error.code ?? ''} ${error.message}`);
  return { code: refused ? 'content-policy' : 'server-error', lost };
}

/** Finds the fault code of an error object that came with status 200: only its text can tell. */
export function classifyErrorIn200(error: ErrorBody): Classified {
  const text = `${error.code ?? ''} ${error.message}`;
  if (KEY_BUDGET.test(text)) return { code: 'key-budget', lost: false };
  if (NO_BALANCE.test(text)) return { code: 'no-credit', lost: false };
  return { code: CONTENT_POLICY.test(text) ? 'content-policy' : 'server-error', lost: false };
}

/**
 * Finds the fault code of the notice that text routes send as an answer instead of a 402 or 403. The words differ
 * between versions; only the notice about a model's permission does not speak of money.
 */
export function classifyNotice(text: string): FaultCode {
  if (KEY_BUDGET.test(text)) return 'key-budget';
  return /not allowed|no(?:t have)? access|permission/i.test(text) && !/credit|balance|pollen\b/i.test(text)
    ? 'forbidden'
    : 'no-credit';
}
