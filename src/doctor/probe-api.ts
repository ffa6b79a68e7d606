import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { ApiSettings } from '../config.ts';
import { PollenBatchError } from '../errors.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import type { Api } from '../pollinations/discover.ts';
import { fetchBalance } from '../pollinations/fetch-balance.ts';
import { keyKind } from '../pollinations/secret.ts';
import { createSend, type Send } from '../pollinations/send.ts';
import { findApi } from '../services.ts';
import type { ApiFacts } from './api-checks.ts';
import type { ClockReading } from './clock-check.ts';
import type { BalanceFacts, KeyFacts } from './key-checks.ts';
import { within } from './within.ts';

const CALL_MS = 4_000;
const FIND_MS = 9_000;

/** What is known of the API and of its key. */
export interface ApiProbe {
  readonly api: ApiFacts;
  readonly balance: BalanceFacts;
  readonly clock?: ClockReading;
}

/** Finds the API as a run would, and asks what the key may still spend. Neither costs anything. */
export async function probeApi(settings: ApiSettings): Promise<ApiProbe> {
  const watched = watchSend(createSend(settings.proxy));
  const late = (): PollenBatchError =>
    new PollenBatchError('api-unreachable', `No Pollinations API answered within ${FIND_MS / 1_000} s.`, {
      details: watched.failures(),
      remedy: 'Check the network, the proxy settings and the base URL of the API.',
    });
  const found = await within<Api | PollenBatchError>(
    findApi(settings, watched.send).catch((error: unknown) => {
      if (error instanceof PollenBatchError) return error;
      throw error;
    }),
    FIND_MS,
    late,
  );
  const clock = watched.clock();
  if (found instanceof PollenBatchError) {
    const balance: BalanceFacts = { kind: 'not-asked', why: 'no API was found' };
    return { api: { kind: 'missing', error: found }, balance, ...(clock && { clock }) };
  }
  const hasKey = settings.key !== undefined;
  const api: ApiFacts = { kind: 'found', api: found, latencyMs: watched.latencyMs(), hasKey };
  return { api, balance: await askBalance(settings, found, watched.send), ...(clock && { clock }) };
}

async function askBalance({ key }: ApiSettings, api: Api, send: Send): Promise<BalanceFacts> {
  if (key === undefined) return { kind: 'not-asked', why: 'no key is sent' };
  const call = { send, base: api.base, dialect: dialects[api.dialect], key, deadlineMs: CALL_MS };
  return within<BalanceFacts>(fetchBalance(call), CALL_MS, () => ({
    kind: 'failed',
    reason: `no answer within ${CALL_MS / 1_000} s`,
  }));
}

/**
 * What can be told of the key without showing it.
 *
 * @param without - what calls the API where no key is set here
 */
export async function keyFacts(
  { key, keyFile, anonymous }: ApiSettings,
  isWrong: boolean,
  without: 'emulator' | 'servers' | 'stack' | 'nothing',
): Promise<Omit<KeyFacts, 'balance'>> {
  if (isWrong) return { kind: 'wrong' };
  if (anonymous) return { kind: 'anonymous' };
  if (key === undefined) {
    if (without === 'servers') return { kind: 'elsewhere' };
    return { kind: without === 'emulator' ? 'emulator' : 'none' };
  }
  const kind = keyKind(key.reveal());
  if (keyFile === undefined) return { kind };
  const [mode, folderMode] = await Promise.all([keyFile, dirname(keyFile)].map(modeOf));
  return { kind, file: { path: keyFile, mode, folderMode } };
}

async function modeOf(path: string): Promise<number | undefined> {
  return process.platform === 'win32' ? undefined : (await stat(path).catch(() => undefined))?.mode;
}

/**
 * Sends, gives each call its time, and notes what the calls show beside their answers. A host that let a call's time pass is
 * not called again, so that there is time for the next one.
 */
function watchSend(send: Send) {
  let clock: ClockReading | undefined;
  let latencyMs = 0;
  const failures: string[] = [];
  const silent = new Map<string, unknown>();
  const watched: Send = async (url, request) => {
    if (silent.has(url.host)) throw silent.get(url.host);
    const began = performance.now();
    const patience = new AbortController();
    const timer = setTimeout(
      () => patience.abort(new Error(`no answer within ${CALL_MS / 1_000} s`)),
      CALL_MS,
    );
    const signal = AbortSignal.any([patience.signal, request.signal]);
    try {
      const answer = await send(url, { ...request, signal });
      latencyMs = performance.now() - began;
      clock ??= readClock(answer.headers.get('date'), 'the API');
      return answer;
    } catch (error) {
      failures.push(`${url.href}: ${error instanceof Error ? error.message : String(error)}.`);
      if (patience.signal.aborted) silent.set(url.host, error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return { send: watched, clock: () => clock, latencyMs: () => latencyMs, failures: () => failures };
}

/** A server's `Date` header, next to our clock; whole seconds, so half of one is taken as gone. */
export function readClock(date: string | null, source: ClockReading['source']): ClockReading | undefined {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? undefined : { source, theirs: theirs + 500, ours: Date.now() };
}
