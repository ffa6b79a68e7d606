import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinary } from './binaries.ts';
import { startGuard, type Child, type ChildGuard, type ChildProgram, type StopOptions } from './child.ts';
import { lockFolder, type FolderLock } from './lock.ts';
import { findStoreProgram, startStoreServer, type StoreServer } from './object-store-server.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';

export interface StackOptions {
  /** Keeps everything that shall outlive the stack: an interrupted run goes on at the next start. */
  readonly dataDir: string;
  /** Keeps fetched programs, for all data folders. */
  readonly cacheDir: string;
  /** The directories to search for programs, as in the `PATH` variable. */
  readonly path: string;
  /** The Temporal CLI, where the person named one. */
  readonly temporalBinary?: string;
  /** SeaweedFS's `weed`, where the person named one; it then comes before MinIO. */
  readonly weedBinary?: string;
  /** Called with a sentence before what can take seconds. */
  readonly onProgress?: (sentence: string) => void;
}

/** A further program of the stack, as a worker or the emulator. */
export type StackProgram = Omit<ChildProgram, 'logFile'>;

export interface Stack {
  readonly temporal: TemporalServer;
  readonly store: StoreServer;
  /** Logs of all programs, one file each. */
  readonly logDir: string;
  /** Keeps the choice of ports of further programs. */
  readonly portsFile: string;
  /** Process ids by name. */
  pids(): Readonly<Record<string, number>>;
  /** Starts a further program, whose log is `<logDir>/<name>.log`. It ends with the stack. */
  start(program: StackProgram): Promise<Child>;
  /** Says that the stack is ending: whoever wants its folder waits for it. */
  end(): Promise<void>;
  /**
   * Ends further programs, the last started first, each in its grace; then Temporal and the object store together.
   * `fast` ends these two by SIGKILL: both keep what they have acknowledged, and it saves seconds.
   */
  stop(options?: StopOptions): Promise<void>;
}

/**
 * Starts a whole stack on this machine: Temporal and an object store, on loopback, with their data below one folder.
 * All its programs end with this process, even when it is killed.
 *
 * @throws PollenBatchError `config-invalid` when another stack uses the folder; `binary-missing`, `temporal-unreachable`
 * or `store-unreachable` when a program is not to be had or does not start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const lock = await lockFolder(options.dataDir, options.onProgress);
  let guard: ChildGuard | undefined;
  try {
    guard = await startGuard();
    await lock.add('guard', guard.pid);
    return await startServers(options, lock, guard);
  } catch (error) {
    await guard?.close();
    await lock.release();
    throw error;
  }
}

async function startServers(options: StackOptions, lock: FolderLock, guard: ChildGuard): Promise<Stack> {
  const { dataDir } = options;
  const logDir = join(dataDir, 'logs');
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  // Not `all`: were one to fail while the other still starts, that one would be ended under its starter's hands.
  const [temporalStart, storeStart] = await Promise.allSettled([
    startTemporal(options, guard, logDir),
    startStore(options, guard, logDir),
  ]);
  if (temporalStart.status === 'rejected') throw temporalStart.reason;
  if (storeStart.status === 'rejected') throw storeStart.reason;
  const temporal = temporalStart.value;
  const store = storeStart.value;
  await lock.add('Temporal', temporal.child.pid);
  await lock.add(store.child.name, store.child.pid);

  const further: Child[] = [];
  return {
    temporal,
    store,
    logDir,
    portsFile: join(dataDir, 'ports.json'),
    pids: () =>
      Object.fromEntries([temporal.child, store.child, ...further].map(({ name, pid }) => [name, pid])),
    start: async (program) => {
      const child = await guard.start({ ...program, logFile: join(logDir, `${program.name}.log`) });
      further.push(child);
      await lock.add(child.name, child.pid);
      return child;
    },
    end: () => lock.end(),
    stop: async (stopOptions) => {
      await lock.end();
      for (const child of further.toReversed()) await child.stop();
      await Promise.all([temporal.child.stop(stopOptions), store.child.stop(stopOptions)]);
      await guard.close();
      await lock.release();
    },
  };
}

async function startTemporal(
  options: StackOptions,
  guard: ChildGuard,
  logDir: string,
): Promise<TemporalServer> {
  const binary = await findBinary('temporal', search(options, options.temporalBinary));
  const dataDir = join(options.dataDir, 'temporal');
  return await startTemporalServer({
    binary: binary.path,
    guard,
    dataDir,
    logFile: join(logDir, 'temporal.log'),
    portsFile: join(dataDir, 'ports.json'),
  });
}

async function startStore(options: StackOptions, guard: ChildGuard, logDir: string): Promise<StoreServer> {
  const dataDir = join(options.dataDir, 'objects');
  const program = await findStoreProgram(dataDir, search(options, options.weedBinary));
  return await startStoreServer({
    program,
    guard,
    dataDir,
    logFile: join(logDir, 'objects.log'),
    portsFile: join(dataDir, 'ports.json'),
  });
}

function search(options: StackOptions, explicit: string | undefined): Parameters<typeof findBinary>[1] {
  return {
    path: options.path,
    cacheDir: options.cacheDir,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(explicit === undefined ? {} : { explicit }),
  };
}
