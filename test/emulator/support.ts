import { connect } from 'node:net';

import { afterEach, expect } from 'vitest';

import {
  type Emulator,
  type EmulatorOptions,
  emulatorKeys,
  startEmulator,
} from '../../src/emulator/index.ts';

const running: Emulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** Starts an emulator that ends with the test. */
export async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  running.push(emulator);
  return emulator;
}

/** Ends an emulator before its test does. */
export async function stop(emulator: Emulator): Promise<void> {
  running.splice(running.indexOf(emulator), 1);
  await emulator.close();
}

export const seedChat = '/api/generate/openai';
export const genChat = '/v1/chat/completions';

const bearer = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

interface Call {
  readonly path?: string;
  /** `null` sends none. Default: the emulator's secret key. */
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

const headersOf = ({ key, headers }: Call): Record<string, string> => ({
  ...bearer(key === null ? undefined : (key ?? emulatorKeys.secret)),
  ...headers,
});

/** Posts a chat call: a prompt, or a whole body. Default path: gen's. */
export async function chat(
  emulator: Emulator,
  prompt: string | Record<string, unknown>,
  call: Call = {},
): Promise<Response> {
  const body =
    typeof prompt === 'string' ? { model: 'openai', messages: [{ role: 'user', content: prompt }] } : prompt;
  return fetch(`${emulator.url}${call.path ?? genChat}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(call) },
    body: JSON.stringify(body),
    signal: call.signal ?? null,
  });
}

/** Gets a path. */
export async function get(emulator: Emulator, path: string, call: Call = {}): Promise<Response> {
  return fetch(`${emulator.url}${path}`, { headers: headersOf(call), signal: call.signal ?? null });
}

export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {
    readonly message: { readonly content: string };
    readonly finish_reason: string;
  }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
    readonly completion_tokens_details: { readonly reasoning_tokens: number };
  };
}

export async function completionOf(response: Response): Promise<Completion> {
  expect(response.status).toBe(200);
  return (await response.json()) as Completion;
}

export async function contentOf(response: Response): Promise<string> {
  return (await completionOf(response)).choices[0]?.message.content ?? '';
}

export interface Envelope {
  readonly success: false;
  readonly status: number;
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
}

export async function envelopeOf(response: Response): Promise<Envelope> {
  return (await response.json()) as Envelope;
}

/** Sends a request over a bare socket and gives back all that came until the connection ended. */
export async function rawAnswer(
  emulator: Emulator,
  method: string,
  path: string,
  body = '',
): Promise<Buffer> {
  const socket = connect(emulator.port, '127.0.0.1');
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: emulator',
    `authorization: Bearer ${emulatorKeys.secret}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Waits until the condition holds; the test's own time limit ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until so many other requests are in the works, as a request that looks on sees it. */
export async function untilInFlight(emulator: Emulator, count: number): Promise<void> {
  do await get(emulator, '/v1/models');
  while ((emulator.journal().findLast(({ path }) => path === '/v1/models')?.inFlight ?? 0) <= count);
}
