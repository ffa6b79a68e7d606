import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import type { Outcome } from '../../src/pollinations/outcome.ts';
import { watchCall, type WatchedCall } from '../../src/telemetry/watch-call.ts';
import { recordMeters } from '../support/recording-meters.ts';
import { sampleAnswer, sampleFault } from '../support/samples.ts';
import { scanFor } from '../support/secret-scan.ts';

const key = 'sk_0123456789abcdef0123456789abcdef';
const call: WatchedCall = {
  run: 'bees-0a1b2c3d4e',
  item: 'haiku',
  attempt: 2,
  kind: 'text',
  model: 'openai',
  request: { method: 'POST', path: '/v1/chat/completions', body: `{"prompt":"a dusky bee, ${key}"}` },
  maximum: '0.5',
};

async function watched(
  outcome: Outcome,
  level: string,
  changes: Partial<WatchedCall> = {},
  logsPrompts = false,
) {
  let log = '';
  const logger = pino({ level, base: null }, { write: (line: string) => (log += line) });
  const { meters, told } = recordMeters();
  const sent = watchCall({ meters, logger, logsPrompts }, { ...call, ...changes }, () =>
    Promise.resolve(outcome),
  );
  expect(told()).toEqual([expect.stringMatching(/^held \d/)]);
  expect(await sent).toBe(outcome);
  const lines = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as object);
  return { told: told(), lines, log: Buffer.from(log) };
}

const answered = sampleAnswer({ body: Buffer.from('A dusky answer') });
const fault = (changes: Parameters<typeof sampleFault>[0]): Outcome => ({
  kind: 'fault',
  fault: sampleFault({ message: 'the prompt "a dusky bee" is refused', ...changes }),
});

describe('a call that is watched', () => {
  it('is counted by what became of it, with time and tokens as OpenTelemetry names them', async () => {
    const { told } = await watched(answered, 'info');
    const named = 'gen_ai_operation_name=chat gen_ai_provider_name=pollinations gen_ai_request_model=openai';
    expect(told).toEqual([
      'held 500000000',
      'attempts 1 code=answered kind=text model=openai',
      `duration 0.0996 ${named} error_type=`,
      `tokens 10 ${named} gen_ai_token_type=input`,
      `tokens 20 ${named} gen_ai_token_type=output`,
      'held -500000000',
    ]);
  });

  it('has the code of its fault as the type of its error, and pictures are no tokens', async () => {
    const usage = { completionImageTokens: 1 };
    const image = { kind: 'image', maximum: null } as const;
    const { told } = await watched(fault({ code: 'placeholder', usage }), 'info', image);
    expect(told).toEqual([
      'held 0',
      'attempts 1 code=placeholder kind=image model=openai',
      'duration 0.0124 gen_ai_operation_name=generate_content gen_ai_provider_name=pollinations ' +
        'gen_ai_request_model=openai error_type=placeholder',
      'held 0',
    ]);
  });

  it('is a line of the log at debug, with its run, item and attempt', async () => {
    const { lines } = await watched(answered, 'debug', { step: 'caption' });
    expect(lines).toEqual([
      {
        level: 20,
        time: expect.any(Number),
        run: 'bees-0a1b2c3d4e',
        item: 'haiku',
        step: 'caption',
        attempt: 2,
        kind: 'text',
        model: 'openai',
        code: 'answered',
        status: 200,
        latencyMs: 100,
        msg: 'call answered',
      },
    ]);
    expect((await watched(answered, 'info')).lines).toEqual([]);
  });

  it.each([
    ['a lost answer', fault({ code: 'deadline', lost: true }), 'answer lost: it may have been charged'],
    ['no credit', fault({ code: 'no-credit', status: 402 }), 'call refused: its run pauses'],
  ])('is a warning when there is %s', async (_what, outcome, words) => {
    const { lines } = await watched(outcome, 'warn');
    expect(lines).toEqual([expect.objectContaining({ level: 40, msg: words })]);
  });

  it.each(['rate-limited', 'server-error', 'bad-request'] as const)('is no warning at %s', async (code) => {
    expect((await watched(fault({ code }), 'info')).lines).toEqual([]);
    expect((await watched(fault({ code }), 'debug')).lines).toEqual([
      expect.objectContaining({ level: 20, code, msg: 'call failed' }),
    ]);
  });

  it('leaves neither prompt nor answer nor the words of the API in any line', async () => {
    for (const outcome of [answered, fault({}), fault({ code: 'no-credit' }), fault({ lost: true })]) {
      const { log, lines } = await watched(outcome, 'trace');
      expect(lines).toHaveLength(1);
      expect(scanFor('dusky', key)(log)).toEqual([]);
    }
  });

  it('has its request in the line where that is asked for, without anything like a key', async () => {
    const { log, lines } = await watched(answered, 'debug', {}, true);
    const request = expect.stringMatching(/^\/v1\/chat\/completions \{"prompt":"a dusky bee, /);
    expect(lines).toEqual([expect.objectContaining({ request })]);
    expect(scanFor('dusky answer', key)(log)).toEqual([]);
  });
});
