import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { openSession, type Session } from '../../src/commands/session/session.ts';
import { readConfig } from '../../src/config.ts';
import { writeAddresses, type StackAddresses } from '../../src/local/address-file.ts';
import { findBinary } from '../../src/local/binaries.ts';
import { lastLines, startGuard, type Child, type ChildGuard } from '../../src/local/child.ts';
import { startStoreServer } from '../../src/local/object-store-server.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { workerEnvironment } from '../../src/local/product-stack.ts';
import { untilReady } from '../../src/local/ready.ts';
import { startTemporalServer } from '../../src/local/temporal-server.ts';
import type { JournalEntry } from '../../src/emulator/index.ts';
import type { Wish } from '../checker/evidence.ts';
import { checkStack } from '../checker/check-stack.ts';
import { temporaryFolder, testBinaries } from './local-servers.ts';
import { restartable, type RestartableServer } from './restartable.ts';
import { expectNoSecrets } from './stack-secrets.ts';

/** A command of the product that is under way. */
export interface RunningCommand {
  readonly pid: number;
  /** What it has said on stderr so far. */
  said(): Promise<string>;
  readonly ended: Promise<CommandResult>;
  /** Ends it by SIGKILL, if it has not ended. */
  kill(): void;
}

/** What a command of the product wrote and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The product as a person runs it: every part a process of its own, each of which can be killed. */
export interface ProcessStack {
  /** Data of all servers, and logs of all programs. */
  readonly folder: string;
  readonly logDir: string;
  readonly addresses: StackAddresses;
  readonly temporal: RestartableServer;
  readonly store: RestartableServer;
  /** Clients of this process to both servers and the API. */
  readonly session: Session;
  /** Command lines of every process started so far, as the system showed them to everybody. */
  commandLines(): readonly string[];
  /** Starts a program of the stack; its log is `<name>.log`. */
  start(
    name: string,
    command: string,
    parameters: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<Child>;
  /** Starts a worker process and waits until it takes work. */
  startWorker(options?: WorkerOptions): Promise<Child>;
  /** Starts a command of the product; its output goes to the logs as well. */
  begin(...parameters: string[]): Promise<RunningCommand>;
  /** Runs a command of the product to its end; its output goes to the logs as well. */
  command(...parameters: string[]): Promise<CommandResult>;
  /** Keeps what another API than that of the stack has noted, for the check at the end. */
  witness(journal: readonly JournalEntry[]): void;
  /** Keeps what the author of a job wants, for the check at the end. */
  wishes(job: string, wish: Wish): void;
  /**
   * Holds all runs that have ended against what the API has noted, then ends everything, and looks for secrets in all that was
   * written.
   *
   * @throws Error with what does not hold
   */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** The program to run. @default this one */
  readonly entry?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProcessStackOptions {
  /** Origin of the emulator. */
  readonly api: string;
  readonly key: string;
  /** Further environment of workers and commands, as `POLLEN_BATCH_RPS`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes the folder of all data ready before servers start, and resolves to what undoes that before it is removed. */
  readonly prepare?: (folder: string) => Promise<() => Promise<void>>;
  /** Where workers and commands find the servers. @default where they are */
  readonly seenAs?: (addresses: StackAddresses) => Promise<StackAddresses>;
  /** Why its runs are not held against the API's journal at the end, as a sentence. @default they are */
  readonly unchecked?: string;
  /** Why it may leave runs behind that have a job and no end, as a sentence. @default it may not */
  readonly unfinished?: string;
  /** A Temporal that is there already, and that commands have from their environment. @default one of the stack's own */
  readonly temporal?: { readonly address: string; readonly server: RestartableServer };
}

const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));
const bucket = 'pollen-batch';

/** Starts Temporal and an object store; workers and commands are started by the caller. About 4 s. */
export async function startProcessStack(options: ProcessStackOptions): Promise<ProcessStack> {
  const folder = await temporaryFolder();
  const undo = await options.prepare?.(folder.path);
  const remove = async (): Promise<void> => {
    await undo?.();
    await folder.remove();
  };
  const guard = await startGuard();
  try {
    return await startParts(options, folder.path, guard, remove);
  } catch (error) {
    await guard.close();
    await remove();
    throw error;
  }
}

async function startParts(
  options: ProcessStackOptions,
  folder: string,
  guard: ChildGuard,
  remove: () => Promise<void>,
): Promise<ProcessStack> {
  const logDir = join(folder, 'logs');
  await mkdir(logDir);
  const [temporal, store] = await Promise.all([
    options.temporal === undefined ? startTemporal(guard, folder) : { ...options.temporal, uiUrl: '' },
    startStore(guard, folder),
  ]);
  const addresses: StackAddresses = {
    holder: { name: 'test', pid: process.pid },
    temporal: { address: temporal.address, uiUrl: temporal.uiUrl },
    store: {
      endpoint: store.value.endpoint,
      region: store.value.region,
      bucket,
      credentials: store.value.credentials,
    },
    emulator: options.api,
  };
  await writeAddresses(folder, addresses);
  const environment = stackEnvironment(options, folder);
  const seen = (await options.seenAs?.(addresses)) ?? addresses;
  const isElsewhere = options.temporal !== undefined || options.seenAs !== undefined;
  const servers = isElsewhere ? workerEnvironment(seen) : {};
  const session = await openSession(readConfig(environment));
  const commandLines = new Set<string>();
  const children: Child[] = [];
  const note = async (pid: number): Promise<void> => {
    // Where there is no such file nothing is noted; the check of them says so.
    commandLines.add(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''));
  };
  await note(temporal.server.pid());
  await note(store.child().pid);

  const start: ProcessStack['start'] = async (name, command, parameters, own = {}) => {
    const child = await guard.start({
      name,
      command,
      arguments: parameters,
      environment: { ...environment, ...workerEnvironment(seen, options.key), ...own },
      logFile: join(logDir, `${name}.log`),
      graceMs: 70_000,
    });
    children.push(child);
    await note(child.pid);
    return child;
  };
  const witnessed: JournalEntry[] = [];
  const wishes = new Map<string, Wish>();
  let workers = 0;
  let commands = 0;
  const begun: RunningCommand[] = [];
  const begin: ProcessStack['begin'] = async (...parameters) => {
    commands += 1;
    const log = join(logDir, `command-${commands}`);
    const own = { ...environment, ...servers, POLLINATIONS_API_KEY: options.key };
    const running = run([entry, ...parameters], own, log);
    begun.push(running);
    await note(running.pid);
    return running;
  };
  return {
    folder,
    logDir,
    addresses,
    temporal: temporal.server,
    store: store.server,
    session,
    commandLines: () => [...commandLines],
    start,
    async startWorker({ entry: program = entry, environment: own } = {}) {
      workers += 1;
      const child = await start(`worker-${workers}`, process.execPath, [program, 'worker'], own);
      const check = async (): Promise<void> => {
        if (!(await readFile(child.logFile, 'utf8')).includes('worker ready')) throw new Error('not yet');
      };
      await untilReady({ child, timeoutMs: 120_000, check }).catch(async (error: unknown) => {
        throw new Error((await lastLines(child.logFile)).join('\n'), { cause: error });
      });
      return child;
    },
    begin,
    witness: (journal) => void witnessed.push(...journal),
    wishes: (job, wish) => void wishes.set(job, wish),
    command: async (...parameters) => (await begin(...parameters)).ended,
    async stop() {
      // A test that failed has not waited for what it began.
      for (const command of begun) command.kill();
      await session.close();
      await Promise.all(children.map((child) => child.stop({ fast: true })));
      const { unfinished } = options;
      const check = async (): Promise<readonly unknown[]> =>
        (await checkStack(addresses.store, options.api, { witnessed, unfinished, wishes })).findings;
      const wrong = options.unchecked === undefined ? await check().catch((error: unknown) => [error]) : [];
      const own = 'child' in temporal ? [temporal.child()] : [];
      await Promise.all([...own, store.child()].map((child) => child.stop({ fast: true })));
      await guard.close();
      try {
        await expectNoSecrets({
          folder,
          commandLines,
          key: options.key,
          storeSecret: store.value.credentials.secretAccessKey,
          environment,
        });
      } finally {
        await remove();
      }
      if (wrong.length > 0) throw new Error(`runs do not hold: ${inspect(wrong, { depth: 4 })}`);
    },
  };
}

function stackEnvironment(options: ProcessStackOptions, folder: string): Record<string, string> {
  const inherited = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'POLLEN_BATCH_TEMPORAL', 'POLLEN_BATCH_WEED'];
  return {
    ...Object.fromEntries(
      inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    POLLEN_BATCH_DATA: folder,
    POLLINATIONS_BASE_URL: options.api,
    POLLINATIONS_CACHE: 'exact',
    ...options.environment,
  };
}

async function startTemporal(guard: ChildGuard, folder: string) {
  const { path: binary } = await findBinary('temporal', testBinaries('temporal'));
  const portsFile = join(folder, 'temporal-ports.json');
  // Chosen before, so that stacks that start together do not all wish for the well-known ports.
  await choosePorts({ names: ['temporal', 'temporalUi'], file: portsFile });
  const { value, server, child } = await restartable(() =>
    startTemporalServer({
      binary,
      guard,
      dataDir: join(folder, 'temporal'),
      logFile: join(folder, 'logs', 'temporal.log'),
      portsFile,
    }),
  );
  return { address: value.address, uiUrl: value.uiUrl, server, child };
}

async function startStore(guard: ChildGuard, folder: string) {
  const { path } = await findBinary('weed', testBinaries('weed'));
  const portsFile = join(folder, 'store-ports.json');
  await choosePorts({ names: ['objects'], file: portsFile });
  return restartable(() =>
    startStoreServer({
      program: { kind: 'seaweedfs', path },
      guard,
      dataDir: join(folder, 'objects'),
      logFile: join(folder, 'logs', 'objects.log'),
      portsFile,
    }),
  );
}

function run(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  log: string,
): RunningCommand {
  const files = [`${log}.out`, `${log}.err`] as const;
  const [out, error] = files.map((file) => openSync(file, 'w'));
  const child = spawn(process.execPath, [...parameters], {
    stdio: ['ignore', out, error],
    env: { ...environment },
  });
  for (const file of [out, error]) if (file !== undefined) closeSync(file);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code));
  });
  const read = async (): Promise<CommandResult> => {
    const code = await exited;
    const [stdout, stderr] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
  };
  return {
    pid: child.pid ?? 0,
    said: () => readFile(files[1], 'utf8'),
    ended: read(),
    kill: () => void child.kill('SIGKILL'),
  };
}
