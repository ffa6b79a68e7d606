import { setMaxListeners } from 'node:events';
import type { Server } from 'node:http';

import { serve } from '@hono/node-server';

import { type ApiEra, createApp } from './app.ts';
import { createCache } from './cache.ts';
import { createFaultPlan } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import { openJournal } from './open-journal.ts';
import { createKeyRing, defaultKeys, type KeySpec } from './keys.ts';
import { createLimiters } from './limits.ts';
import { createBooks, type Meter } from './meter.ts';
import { parseAmount } from './money.ts';
import { checkSettings, defaultSettings, type Settings, type SettingsChange } from './settings.ts';
import type { Generated, State } from './state.ts';

export { type FaultName, faultKinds } from './faults.ts';
export type { JournalEntry } from './journal.ts';
export { emulatorKeys } from './keys.ts';
export type { Meter } from './meter.ts';

/** How to start an emulator. Settings that it shares with `SettingsChange` can be changed later. */
export interface EmulatorOptions extends Partial<Settings> {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Address to listen on. Default: 127.0.0.1, this machine alone. */
  readonly host?: string;
  /** What `/api` speaks: the seed's routes or the later v1 routes. Default `seed`. */
  readonly era?: ApiEra;
  /** File of the journal, JSON lines. An existing one is read back: meter, cache and wallet go on from there. */
  readonly journal?: string;
  /** Default: `emulatorKeys`. */
  readonly keys?: readonly KeySpec[];
  /** What the wallet held before the journal's first entry, as decimal Pollen. Default 10000. */
  readonly wallet?: string;
  /** Decides faults and latencies. Default 1. */
  readonly seed?: number;
  /** Shrink pictures as the seed era's service did. Default false: pictures have the size asked for. */
  readonly clamp?: boolean;
  /** Clock of the limits, in milliseconds. Default: the monotonic clock. */
  readonly now?: () => number;
}

/** A running emulator. */
export interface Emulator {
  /** Origin. The gen routes are at its root, the older ones below `/api`. */
  readonly url: string;
  readonly port: number;
  meter(): Meter;
  /** The entries so far, in the order in which they were settled; without a file, at least the latest 20,000. */
  journal(): readonly JournalEntry[];
  /** @throws RangeError when the change does not fit; nothing is changed then. */
  update(change: SettingsChange): void;
  /** Stops at once: generations that still run are neither charged nor cached. */
  close(): Promise<void>;
}

const thisMachine = '127.0.0.1';
const defaultWallet = '10000';

function settingsOf(options: EmulatorOptions): Settings {
  const { latency, faults, limits, cacheMode, gatewayTimeoutMs } = options;
  const given = Object.entries({ latency, faults, limits, cacheMode, gatewayTimeoutMs });
  const change = checkSettings(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
  return { ...defaultSettings, ...change };
}

function createState(options: EmulatorOptions, stopped: AbortSignal): State {
  let settings = settingsOf(options);
  let sequence = 0;
  const seed = options.seed ?? 1;
  const books = createBooks(parseAmount(options.wallet ?? defaultWallet));
  const cache = createCache<Generated>();
  const faults = createFaultPlan(seed);
  const keys = createKeyRing(options.keys ?? defaultKeys);

  const restore = (entry: JournalEntry): void => {
    sequence = Math.max(sequence, entry.seq);
    if (entry.wallet !== undefined) {
      books.setWallet(parseAmount(entry.wallet));
      return;
    }
    books.countRequest();
    if (entry.generated) books.charge(entry.model ?? '', entry.key, parseAmount(entry.charge));
    if (entry.cache === 'miss') cache.add(entry.digest, Date.parse(entry.time));
    if (entry.fault !== undefined) faults.remember(entry.digest);
  };
  const journal = openJournal(options.journal, restore);
  const nextSequence = (): number => (sequence += 1);

  const setWallet = (wallet: string): void => {
    books.setWallet(parseAmount(wallet));
    journal.append({
      seq: nextSequence(),
      time: new Date().toISOString(),
      method: 'PUT',
      path: '/__emulator/settings',
      digest: '',
      keyKind: 'none',
      requestId: '',
      status: 200,
      cache: 'none',
      generated: false,
      charge: '0',
      inFlight: 0,
      wallet,
    });
  };

  return {
    settings: () => settings,
    update(change) {
      const { wallet, revokeKey, ...changed } = checkSettings(change);
      if (revokeKey !== undefined && !keys.revoke(revokeKey)) throw new RangeError('there is no such key');
      if (wallet !== undefined) setWallet(wallet);
      settings = { ...settings, ...changed };
    },
    nextSequence,
    seed,
    books,
    cache,
    faults,
    images: { clamp: options.clamp ?? false },
    journal,
    keys,
    limiters: createLimiters(options.now ?? (() => performance.now())),
    stopped,
  };
}

/**
 * Starts a stand-in for the Pollinations API on this machine.
 * @throws RangeError when an option does not fit; system errors when the port is taken or the journal unusable.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const stop = new AbortController();
  // Every generation under way waits for it; Node would take more than ten for a leak, and warn.
  setMaxListeners(0, stop.signal);
  const state = createState(options, stop.signal);
  const app = createApp(state, options.era ?? 'seed');
  const hostname = options.host ?? thisMachine;
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname, port: options.port ?? 0 }, () =>
      resolve(listening as Server),
    );
    listening.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://${hostname}:${port}`,
    port,
    meter: () => state.books.read(),
    journal: () => state.journal.read(0, Number.POSITIVE_INFINITY),
    update: (change) => state.update(change),
    async close() {
      stop.abort();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
      state.journal.close();
    },
  };
}
