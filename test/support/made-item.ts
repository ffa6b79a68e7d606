import { paint } from '../../src/emulator/picture.ts';
import { encodePng } from '../../src/emulator/png.ts';
import type { Values } from '../../src/manifest/job.ts';
import { sha256 } from '../../src/plan/digest.ts';
import type { PlannedItem, PlannedStep } from '../../src/plan/plan.ts';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import type { AttemptRecord, StepResult } from '../../src/records/record.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';

/** About when it all happened, in milliseconds. */
export const MADE_AT = Date.parse('2026-01-02T03:04:05.678Z');

const costs = ['0', '0.00000001', '0.0009177', '1.5', '12345.00000001', '9999999999.99999999'];

/** An item of a made run, its result, and what that names. */
export interface Made {
  readonly item: PlannedItem;
  readonly line: ResultLine;
  readonly objects: readonly {
    readonly key: string;
    readonly body: string | Uint8Array;
    readonly contentType: string;
  }[];
}

/**
 * Makes an item and its result by its number, of every kind in turn.
 *
 * @param everyImage - how many items there are to an image
 */
export function madeItem(
  run: RunLocation,
  texts: readonly string[],
  everyImage: number,
): (number: number, page: number) => Made {
  const keys = runKeys(run);
  const odd = (number: number): string => texts[number % texts.length] ?? '';

  return (number, page) => {
    const kind = number % everyImage === 0 ? 'image' : 'text';
    const id = `${kind}-${number}`;
    const seed = number * 7;
    // A prompt in a path has whole characters alone.
    const prompt = odd(number + 1).replaceAll(/\p{Surrogate}/gu, '?');
    const base = {
      number,
      id,
      ...(number % 11 === 0 ? { customId: odd(number) } : {}),
      ...(number % 3 === 0 ? {} : { vars: varsOf(number, odd) }),
    };
    const request =
      kind === 'image'
        ? dialects.gen.imageRequest({ model: 'flux', prompt, params: { width: 16, nologo: true }, seed })
        : dialects.gen.textRequest({
            model: 'openai',
            messages: messagesOf(number, prompt),
            params: { temperature: 0.5 },
            seed,
          });
    const model = kind === 'image' ? 'flux' : 'openai';
    const call = { kind, model, seed, maximum: '1', request, digest: sha256(id) } as const;
    const told = { ...base, kind, model } as const;
    const attempts = attemptsOf(number);
    const cost = {
      settled: costs[number % costs.length] ?? '0',
      unknown: {
        count: number % 4 === 0 ? 1 : 0,
        atMost: number % 8 === 0 ? null : (costs[number % 5] ?? '0'),
      },
    };
    const item: PlannedItem = { ...base, ...call };
    if (number % 97 === 0)
      return { item, line: { ...told, status: 'cancelled', attempts: [], cost: noCost }, objects: [] };
    const record = {
      version: 1,
      runId: run.runId,
      ...told,
      seed,
      digest: sha256(id),
      attempts,
      throttled: number % 5,
      cost,
      at: new Date(MADE_AT + number).toISOString(),
      key: keys.record(page, number, id),
    } as const;
    if (number % 10 === 3) {
      const fault = { code: 'bad-request', status: 400, message: odd(number + 2), remedy: 'Correct it.' };
      return { item, line: { ...record, status: 'failed', fault }, objects: [] };
    }
    const usage =
      kind === 'image'
        ? { completionImageTokens: 1 }
        : { promptTextTokens: number, promptCachedTokens: 2, completionTextTokens: 30 };
    if (kind === 'image') {
      const body = encodePng(paint(sha256(id), 16, 16), id);
      return {
        item,
        ...stored(record, page, { body, extension: 'png', contentType: 'image/png' }, { usage }),
      };
    }
    if (number % 500 === 1) {
      const body = `${odd(number)} ${'long '.repeat(15_000)}`.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
      const long = { body, extension: 'txt', contentType: 'text/plain; charset=utf-8' };
      return { item, ...stored(record, page, long, { usage, finishReason: 'length' }) };
    }
    const answer = odd(number);
    const line: ResultLine = {
      ...record,
      status: 'succeeded',
      text: answer,
      sha256: sha256(answer),
      bytes: Buffer.byteLength(answer),
      usage,
      modelUsed: odd(number + 4),
      finishReason: 'stop',
      ...(answer.startsWith('{') ? { json: true as const } : {}),
      ...(number % 13 === 0 ? { doubt: odd(number + 5) } : {}),
      ...(number % 29 === 0
        ? { message: { role: 'assistant', content: answer, tool_calls: [{ id: odd(number) }] } }
        : {}),
      ...(number % 31 === 0 ? { reused: { runId: 'bees-ffffffffff' } } : {}),
    };
    return number % 40 === 7 ? chained(line, item, keys, page, odd) : { item, line, objects: [] };
  };

  function stored(
    record: object,
    page: number,
    {
      body,
      extension,
      contentType,
    }: { readonly body: string | Uint8Array; readonly extension: string; readonly contentType: string },
    more: object,
  ): Pick<Made, 'line' | 'objects'> {
    const { number, id } = record as { readonly number: number; readonly id: string };
    const key = keys.artifact(page, number, id, extension);
    const bytes = Buffer.byteLength(body);
    const digest = sha256(body);
    const size = contentType.startsWith('image/') ? { width: 16, height: 16 } : {};
    const artifact = { key, bytes, sha256: digest, contentType, ...size };
    const line = { ...record, status: 'succeeded', artifact, sha256: digest, bytes, ...more } as ResultLine;
    return { line, objects: [{ key, body, contentType }] };
  }
}

// Two steps, of which the last one hangs on the first.
function chained(
  line: ResultLine,
  item: PlannedItem,
  keys: ReturnType<typeof runKeys>,
  page: number,
  odd: (number: number) => string,
): Made {
  const { number, id } = line;
  const { request, digest, kind, model, seed, maximum, ...base } = item as Extract<
    PlannedItem,
    { request: unknown }
  >;
  const asked = { kind, model, ...(seed === undefined ? {} : { seed }), maximum, lane: 'text' };
  const scope = {};
  const steps: readonly PlannedStep[] = [
    { ...asked, id: 'draft', needs: [], request, digest },
    { ...asked, id: 'final', needs: [0], deferred: { params: {}, scope, timezone: 'UTC' } },
  ];
  const draft = odd(number + 6);
  const common = {
    kind: 'text',
    model: 'openai',
    status: 'succeeded',
    cost: noCost,
    attempts: 1,
    throttled: 0,
  } as const;
  const { text: answer, sha256: answerDigest, bytes } = line as Extract<ResultLine, { status: 'succeeded' }>;
  const results: readonly StepResult[] = [
    { ...common, step: 'draft', text: draft, sha256: sha256(draft), bytes: Buffer.byteLength(draft) },
    { ...common, step: 'final', text: answer ?? '', sha256: answerDigest, bytes },
  ];
  const later = {
    version: 1,
    request: dialects.gen.textRequest({
      model: 'openai',
      messages: [{ role: 'user', content: `Go on: ${draft}` }],
      params: {},
    }),
  };
  const key = keys.request(page, number, id, { step: 'final' });
  return {
    item: { ...base, digest, steps },
    line: { ...line, steps: results },
    objects: [{ key, body: JSON.stringify(later), contentType: 'application/json' }],
  };
}

const noCost = { settled: '0', unknown: { count: 0, atMost: '0' } };

function varsOf(number: number, odd: (number: number) => string): Values {
  return {
    colour: odd(number + 3),
    'größe (cm)': number % 2 === 0 ? number : String(number),
    ...(number % 7 === 0 ? { nested: { a: [1, null, odd(number)] } } : {}),
    ...(number % 2 === 0 ? { '=cmd|A1': null } : { 'dot.ted "name",\n': true }),
  };
}

function messagesOf(number: number, prompt: string) {
  const user = { role: 'user' as const, content: prompt };
  return number % 6 === 0 ? [{ role: 'system' as const, content: 'Be brief.' }, user] : [user];
}

function attemptsOf(number: number): readonly AttemptRecord[] {
  const at = (ms: number): string => new Date(MADE_AT + number * 1_000 + ms).toISOString();
  const charge = { amount: '0', certainty: 'exact' } as const;
  const answered = {
    attempt: 2,
    at: at(900),
    code: 'answered',
    latencyMs: 123,
    requestId: `req-${number}`,
    cache: { status: 'miss' },
    charge,
  } as const;
  return number % 9 === 0
    ? [{ attempt: 1, at: at(0), code: 'server-error', status: 500, latencyMs: 250, charge }, answered]
    : [answered];
}
