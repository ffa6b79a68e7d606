import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Child } from '../../../src/local/child.ts';
import { temporaryFolder } from '../../support/local-servers.ts';
import { startProcessStack, type ProcessStack } from '../../support/process-stack.ts';
import { startFaultProxy, type FaultProxy } from '../links/fault-proxy.ts';
import { startEmulatorServer, type EmulatorServer } from './emulator.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

export const linkNames = ['temporal', 'store', 'api'] as const;
export const diskNames = ['temporal', 'objects'] as const;

export type LinkName = (typeof linkNames)[number];
export type DiskName = (typeof diskNames)[number];

/** The product with all that it stands on, where each part can be hurt: processes, links, disks and clocks. */
export interface World extends AsyncDisposable {
  readonly stack: ProcessStack;
  readonly emulator: EmulatorServer;
  readonly links: Readonly<Record<LinkName, FaultProxy>>;
  /** Absent where this machine lets nobody make one. */
  readonly disks: Readonly<Partial<Record<DiskName, SmallDisk>>>;
  /** Workers by their place, each under way but for a moment after it was killed. */
  readonly workers: (Child | undefined)[];
  /** Starts the worker of a place, again and again until it takes work. */
  startWorker(place: number): Promise<void>;
  /** Sets the clocks of all workers so many milliseconds ahead or back. */
  setClock(offsetMs: number): Promise<void>;
  /** File that workers write to when their clock was set. */
  readonly clockSeen: string;
  /** The key of the API: it must turn up nowhere. */
  readonly key: string;
  /** Says what happens, with the seconds since the start. */
  readonly say: (sentence: string) => void;
}

export interface WorldOptions {
  readonly seed: number;
  readonly workers: number;
  readonly say: (sentence: string) => void;
}

/** How often a worker may fail to start, as while Temporal is away, before that is the product's fault. */
const STARTS = 10;

const clock = pathToFileURL(fileURLToPath(new URL('clock-step.mjs', import.meta.url))).href;

/** Starts a world. */
export async function openWorld({ seed, workers: count, say }: WorldOptions): Promise<World> {
  const closes: (() => PromiseLike<unknown>)[] = [];
  // What one part has left, as a secret in its logs, keeps no other part from ending.
  const closeAll = async (): Promise<void> => {
    const wrong: unknown[] = [];
    for (const one of closes.splice(0).reverse()) {
      try {
        await one();
      } catch (error) {
        wrong.push(error);
      }
    }
    if (wrong.length > 0) throw new AggregateError(wrong, 'a world has not ended well');
  };
  // Ctrl-C and the end of a run may both ask for it.
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeAll());
  try {
    const outside = await temporaryFolder();
    closes.push(() => outside.remove());
    const key = 'sk_canaryN8mQ4wX2vB7kT5zR9pL3sD6f';
    const emulator = await startEmulatorServer(outside.path, {
      keys: [{ name: 'canary', key }],
      latency: { kind: 'lognormal', medianMs: 150, sigma: 0.5 },
      gatewayTimeoutMs: 500,
      seed,
    });
    closes.push(() => emulator[Symbol.asyncDispose]());
    const api = await startFaultProxy({ port: emulator.port });
    closes.push(() => api[Symbol.asyncDispose]());

    const disks: Partial<Record<DiskName, SmallDisk>> = {};
    const links: { temporal?: FaultProxy; store?: FaultProxy } = {};
    const clockFile = join(outside.path, 'clock');
    const stack = await startProcessStack({
      api: `http://127.0.0.1:${api.port}`,
      key,
      environment: { POLLEN_BATCH_RPS: '20', POLLEN_BATCH_CONCURRENCY: '24' },
      async prepare(folder) {
        for (const name of diskNames) {
          const path = join(folder, name);
          await mkdir(path, { mode: 0o700 });
          const disk = await mountSmallDisk(path);
          if (disk !== undefined) disks[name] = disk;
        }
        return async () => {
          for (const disk of Object.values(disks)) await disk.remove();
        };
      },
      async seenAs(addresses) {
        const temporal = (links.temporal = await startFaultProxy({
          port: portOf(addresses.temporal.address),
        }));
        closes.push(() => temporal[Symbol.asyncDispose]());
        const store = (links.store = await startFaultProxy({ port: portOf(addresses.store.endpoint) }));
        closes.push(() => store[Symbol.asyncDispose]());
        return {
          ...addresses,
          temporal: { ...addresses.temporal, address: `127.0.0.1:${temporal.port}` },
          store: { ...addresses.store, endpoint: `http://127.0.0.1:${store.port}` },
        };
      },
      unchecked: 'the nemesis does so itself, and knows more',
    });
    closes.push(() => stack.stop());
    const { temporal, store } = links;
    if (temporal === undefined || store === undefined) throw new Error('there are no links');

    const workers: (Child | undefined)[] = [];
    const world: World = {
      stack,
      emulator,
      links: { temporal, store, api },
      disks,
      workers,
      key,
      say,
      clockSeen: `${clockFile}.seen`,
      async startWorker(place) {
        for (let left = STARTS; ; left -= 1) {
          try {
            const environment = { NODE_OPTIONS: `--import=${clock}`, NEMESIS_CLOCK: clockFile };
            workers[place] = await stack.startWorker({ environment });
            return;
          } catch (error) {
            if (left === 0) throw error;
            say(`worker ${place + 1} did not start: ${String(error).split('\n').at(-1)}`);
          }
        }
      },
      setClock: (offsetMs) => writeFile(clockFile, String(offsetMs)),
      [Symbol.asyncDispose]: close,
    };
    await Promise.all(Array.from({ length: count }, (_, place) => world.startWorker(place)));
    return world;
  } catch (error) {
    await close().catch((wrong: unknown) => say(String(wrong)));
    throw error;
  }
}

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}
