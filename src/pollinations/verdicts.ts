/** What to do about a fault. */
export type Verdict =
  /** The item fails: sending the same bytes again gives the same fault. */
  | { readonly action: 'fail' }
  /** The same bytes are sent again, until the item has used `tries` attempts on this code. */
  | { readonly action: 'retry'; readonly tries: number }
  /** The lane slows down; the item's tries are not used up. */
  | { readonly action: 'throttle' }
  /** The run pauses: every further call would meet the same fault. */
  | { readonly action: 'pause'; readonly reason: 'credit' | 'key' };

export type FaultCode =
  | 'request-unsafe'
  | 'unreachable'
  | 'reset'
  | 'deadline'
  | 'truncated'
  | 'aborted'
  | 'redirected'
  | 'answer-too-large'
  | 'bad-request'
  | 'request-too-large'
  | 'not-found'
  | 'forbidden'
  | 'content-policy'
  | 'unauthorized'
  | 'no-credit'
  | 'key-budget'
  | 'queue-full'
  | 'rate-limited'
  | 'server-error'
  | 'gateway'
  | 'edge-timeout'
  | 'not-the-api'
  | 'placeholder'
  | 'bad-result'
  | 'output-invalid';

export interface FaultRule {
  readonly verdict: Verdict;
  /** What the person can do, as a full sentence. */
  readonly remedy: string;
}

// What an item that has failed is called again by; what succeeded is taken over. Who shows it to people puts the run in.
const AGAIN = 'call the item again with `pollen-batch retry RUN`';
const RESEED = 'draw another seed with `pollen-batch retry RUN --new-seed`';

const fail: Verdict = { action: 'fail' };
const throttle: Verdict = { action: 'throttle' };
const pauseForCredit: Verdict = { action: 'pause', reason: 'credit' };
const retry = (tries: number): Verdict => ({ action: 'retry', tries });

/** The one table of verdicts: classification elsewhere only finds the code. */
export const verdicts: Readonly<Record<FaultCode, FaultRule>> = {
  // Before anything is sent.
  'request-unsafe': {
    verdict: fail,
    remedy:
      'Change the prompt, whose URL would reach another endpoint; if the plan was changed, see who may write to the bucket.',
  },

  // The network. Nothing was sent, so a retry costs nothing: eight tries ride out a restart or a DNS hiccup.
  unreachable: {
    verdict: retry(8),
    remedy: 'Check the network, the proxy settings and the base URL of the API.',
  },
  // These may have been generated. The same bytes join or replay that generation, and six tries span the
  // longest one known (300 s) several times over.
  reset: {
    verdict: retry(6),
    remedy: `The connection broke off; ${AGAIN}, or lower the concurrency.`,
  },
  deadline: {
    verdict: retry(6),
    remedy: `The answer took longer than a call may; ask for less, or ${AGAIN}.`,
  },
  truncated: {
    verdict: retry(6),
    remedy: `The answer arrived cut off; check proxies on the way, and ${AGAIN}.`,
  },
  // Stopped by us: it says nothing about the request.
  aborted: { verdict: retry(8), remedy: `The call was stopped by the worker; ${AGAIN}.` },
  // A captive portal or a moving host. A few tries outlast the first, and none can cure the second.
  redirected: {
    verdict: retry(3),
    remedy: 'The API sends elsewhere; set the base URL to where it lives now. The key is never sent along.',
  },
  // The cache would give the same bytes again.
  'answer-too-large': {
    verdict: fail,
    remedy: `Ask for a smaller image or fewer tokens (text may be 8 MB and images 64 MB), or ${RESEED}.`,
  },

  // The request itself.
  'bad-request': { verdict: fail, remedy: 'Correct the parameter that the message names.' },
  'request-too-large': { verdict: fail, remedy: 'Shorten the prompt.' },
  'not-found': {
    verdict: fail,
    remedy: 'Check the model name against `models`, and the base URL and dialect of the API.',
  },
  forbidden: {
    verdict: fail,
    remedy: "Use a model that this key is allowed to use, or widen the key's permissions.",
  },
  'content-policy': {
    verdict: fail,
    remedy: `Reword the prompt: the provider refuses its content; where it refuses what came of it, ${RESEED}.`,
  },

  // Money and limits. Up to January 2026 a good key above 5 requests a second was answered 401, so one 401 is
  // a throttle; three in a row are judged where the history is known.
  unauthorized: {
    verdict: throttle,
    remedy: 'Check POLLINATIONS_API_KEY; without a key only free models answer.',
  },
  'no-credit': {
    verdict: pauseForCredit,
    remedy: 'Top up the balance at https://enter.pollinations.ai; the run then goes on by itself.',
  },
  'key-budget': {
    verdict: pauseForCredit,
    remedy: "Raise the key's Pollen budget; the run then goes on by itself.",
  },
  'queue-full': { verdict: throttle, remedy: 'The queue at the API is full; the run slows down by itself.' },
  'rate-limited': { verdict: throttle, remedy: 'The API limits the rate; the run slows down by itself.' },

  // The API's own trouble. A 500 is ambiguous: provider trouble that passes, or a request that never works
  // (unknown models and content filters were 500s too). Four tries tell the two apart cheaply.
  'server-error': {
    verdict: retry(4),
    remedy: `The API failed on this request; read its message, and later ${AGAIN}.`,
  },
  // Backends restart and tunnels drop for minutes; upstream throttles are shown as 502 as well.
  gateway: { verdict: retry(8), remedy: `A server behind the API does not answer; later ${AGAIN}.` },
  // The edge gave up after about 100 s while the generation goes on: the same bytes fetch it.
  'edge-timeout': {
    verdict: retry(8),
    remedy: `The generation outlasts the time limit before the API; ask for less, or ${AGAIN}.`,
  },

  // A 200 that is no answer. A portal's or a challenge's page may be gone a moment later.
  'not-the-api': {
    verdict: retry(3),
    remedy: 'Something on the way answers instead of the API; check proxies and the base URL.',
  },
  // Shown by the legacy host when it throttles, with nothing else to tell it from a result. Not a throttle
  // here: those never use up tries, and a cached placeholder would hold the item for ever.
  placeholder: {
    verdict: retry(3),
    remedy: `The API sent its rate-limit picture instead of an image; later ${AGAIN}.`,
  },
  // Complete but wrong: the cache would return it again.
  'bad-result': {
    verdict: fail,
    remedy: `The same request gets the same result: change the prompt or the parameters, or ${RESEED}.`,
  },
  // Complete, and not the JSON that the job asks for: only another request can mend it.
  'output-invalid': {
    verdict: fail,
    remedy: `Say in the prompt which JSON is wanted, loosen the schema, allow calls that mend the answer by \`repair\`, or ${RESEED}.`,
  },
};

// What the same bytes get again, from the cache or from a filter that looks at what was made.
const badForGood: ReadonlySet<string> = new Set<FaultCode>([
  'bad-result',
  'output-invalid',
  'answer-too-large',
  'content-policy',
]);

/** Whether only another seed, or another request, can give an item that failed with a code a better answer. */
export function isBadForGood(code: string): boolean {
  return badForGood.has(code);
}
