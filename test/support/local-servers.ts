import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinary, type BinarySearch } from '../../src/local/binaries.ts';
import { startGuard, type ChildGuard } from '../../src/local/child.ts';
import {
  startStoreServer,
  type StoreProgram,
  type StoreServer,
} from '../../src/local/object-store-server.ts';
import type { StoreCredentials } from '../../src/local/store-programs.ts';
import { startTemporalServer } from '../../src/local/temporal-server.ts';

export interface TestTemporal {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  readonly namespace: string;
  /** The Temporal CLI, for tests that call it. */
  readonly binary: string;
  readonly pid: number;
  /** Ends it; what it has written may be looked at before it is removed. */
  stop(look?: Look): Promise<void>;
}

/** Is shown the folder of a server that has ended. */
export type Look = (folder: string) => Promise<void>;

export interface TestStore {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: StoreCredentials;
  readonly pid: number;
  /** Kills the server by SIGKILL and starts it again on the same data; resolves to its new endpoint. */
  killAndRestart(): Promise<string>;
  /** Ends it; what it has written may be looked at before it is removed. */
  stop(look?: Look): Promise<void>;
}

/** Where tests find and keep programs: the same places as the product. */
export function testBinaries(program: 'temporal' | 'weed'): BinarySearch {
  const explicit = process.env[`POLLEN_BATCH_${program.toUpperCase()}`];
  return {
    path: process.env['PATH'] ?? '',
    cacheDir: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pollen-batch'),
    ...(explicit === undefined ? {} : { explicit }),
  };
}

/** An empty folder, and the removal of it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pollen-batch-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A throwaway Temporal server on a free port, with all search attributes; about 1.5 s. */
export async function startTestTemporal(): Promise<TestTemporal> {
  const { path: binary } = await findBinary('temporal', testBinaries('temporal'));
  const server = await throwaway((guard, folder) =>
    startTemporalServer({
      binary,
      guard,
      dataDir: join(folder, 'temporal'),
      logFile: join(folder, 'temporal.log'),
    }),
  );
  return {
    address: server.value.address,
    namespace: server.value.namespace,
    binary,
    pid: server.value.child.pid,
    stop: server.stop,
  };
}

/** A throwaway SeaweedFS on free ports, without any bucket; about 1.5 s. */
export async function startTestStore(program?: StoreProgram): Promise<TestStore> {
  const chosen = program ?? {
    kind: 'seaweedfs',
    path: (await findBinary('weed', testBinaries('weed'))).path,
  };
  const start = (guard: ChildGuard, folder: string): Promise<StoreServer> =>
    startStoreServer({
      program: chosen,
      guard,
      dataDir: join(folder, 'objects'),
      logFile: join(folder, 'objects.log'),
    });
  const server = await throwaway(start);
  const { endpoint, region, credentials, child } = server.value;
  let current = child;
  return {
    endpoint,
    region,
    credentials,
    pid: child.pid,
    killAndRestart: async () => {
      await current.stop({ fast: true });
      const again = await start(server.guard, server.folder);
      current = again.child;
      return again.endpoint;
    },
    stop: async (look) => {
      await current.stop({ fast: true });
      await server.stop(look);
    },
  };
}

interface Throwaway<Server> {
  readonly value: Server;
  readonly guard: ChildGuard;
  readonly folder: string;
  readonly stop: (look?: Look) => Promise<void>;
}

interface StartedServer {
  readonly child: { readonly exited: Promise<unknown>; stop(options: { fast: boolean }): Promise<unknown> };
}

async function throwaway<Server extends StartedServer>(
  start: (guard: ChildGuard, folder: string) => Promise<Server>,
): Promise<Throwaway<Server>> {
  const folder = await temporaryFolder();
  const guard = await startGuard();
  const clean = async (): Promise<void> => {
    await guard.close();
    await folder.remove();
  };
  try {
    const value = await start(guard, folder.path);
    return {
      value,
      guard,
      folder: folder.path,
      stop: async (look) => {
        await value.child.stop({ fast: true });
        try {
          await look?.(folder.path);
        } finally {
          await clean();
        }
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
