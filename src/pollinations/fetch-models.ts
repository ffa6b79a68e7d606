import { classify } from './classify.ts';
import { readErrorBody } from './error-body.ts';
import { exchange } from './exchange.ts';
import { faultMessage } from './fault-message.ts';
import { type ListedModel, readModels } from './models.ts';
import type { Secret } from './secret.ts';
import type { Send } from './send.ts';
import { type FaultCode, verdicts } from './verdicts.ts';

/** What a models call gave. */
export type ModelsAnswer =
  | { readonly kind: 'models'; readonly models: readonly ListedModel[]; readonly emulated: boolean }
  /** The host answers, but has no such list: another dialect may fit. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** The host does not answer, or refuses: other dialects would fare no better. */
  | { readonly kind: 'silent'; readonly reason: string; readonly remedy?: string };

export interface ModelsCall {
  readonly send: Send;
  readonly base: string;
  readonly key?: Secret;
  /** Waits between tries, in milliseconds. */
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const DEADLINE_MS = 15_000;
const MAXIMUM_BYTES = 8 * 1024 * 1024;

// A dialect is part of every digest: a moment's trouble must not make another run of the same job.
const WAITS_MS = [250, 1000];

// Not here, for certain: everything else may pass.
const ABSENT: ReadonlySet<FaultCode> = new Set(['not-found', 'bad-request', 'redirected', 'not-the-api']);

/** Asks one host for one list of models, up to three times while it does not answer. */
export async function fetchModels(call: ModelsCall, path: string): Promise<ModelsAnswer> {
  let answer = await fetchOnce(call, path);
  for (const milliseconds of WAITS_MS) {
    if (answer.kind !== 'silent') break;
    await call.wait(milliseconds);
    answer = await fetchOnce(call, path);
  }
  return answer;
}

async function fetchOnce({ send, base, key }: ModelsCall, path: string): Promise<ModelsAnswer> {
  const result = await exchange({
    send,
    url: new URL(base + path),
    method: 'GET',
    headers: { accept: 'application/json', ...(key && { authorization: `Bearer ${key.reveal()}` }) },
    deadlineMs: DEADLINE_MS,
    limit: () => MAXIMUM_BYTES,
  });
  const reason = (text: string): string => faultMessage(`GET ${path} ${text}`, key);
  if (result.kind === 'failed') return { kind: 'silent', reason: reason(`failed: ${result.message}`) };
  if (result.broken) return { kind: 'silent', reason: reason(`failed: ${result.broken.message}`) };

  const { status, headers, body } = result;
  const text = Buffer.from(body).toString('utf8');
  if (status !== 200) {
    const error = readErrorBody(text);
    const { code } = classify(status, error);
    if (ABSENT.has(code)) return { kind: 'absent', reason: reason(`answered ${status}`) };
    const { remedy } = verdicts[code];
    return { kind: 'silent', reason: reason(`answered ${status} "${error.message}"`), remedy };
  }
  try {
    const models = readModels(JSON.parse(text));
    return { kind: 'models', models, emulated: headers.has('x-pollen-batch-emulator') };
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'no JSON' : error instanceof Error ? error.message : '';
    return { kind: 'absent', reason: reason(`answered no list of models: ${problem}`) };
  }
}
