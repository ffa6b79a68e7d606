import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import { PollenBatchError } from '../errors.ts';
import { searchAttributes } from '../temporal/search-attributes.ts';
import { lastLines, type Child, type ChildGuard } from './child.ts';
import { choosePorts, type Ports } from './ports.ts';
import { untilReady } from './ready.ts';
import { withOtherPorts } from './with-other-ports.ts';

export interface TemporalServerOptions {
  /** The Temporal CLI. */
  readonly binary: string;
  readonly guard: ChildGuard;
  /** Keeps the database, so that a run goes on at the next start. */
  readonly dataDir: string;
  readonly logFile: string;
  /** Keeps the choice of ports. @default ports are chosen anew at each start, none of them a well-known one */
  readonly portsFile?: string;
  /** Milliseconds until the server must be usable. @default 60000 */
  readonly timeoutMs?: number;
}

interface ServerPlace {
  /** Address that it listens on. */
  readonly ip: string;
  /** File of the database. */
  readonly database: string;
  readonly port: number;
  readonly uiPort: number;
}

export interface TemporalServer {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  readonly child: Child;
}

const namespace = 'default';
/** How long an ended run can be seen in Temporal. */
export const retentionMs = 30 * 24 * 60 * 60 * 1000;

/** Settings of the server that all ways to run it share. */
export const dynamicConfig = {
  // With its four partitions a queue's rate limit is uneven: 10/s arrives as 8 to 12, and 0.5/s as four at once.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // From the first start on: a queue that is switched later works off its old backlog first.
  'matching.enableFairness': true,
  // Off by default: a task that is handed to a worker which leaves is then lost, and missed for twenty seconds.
  'frontend.enableCancelWorkerPollsOnShutdown': true,
  // The governors write their queues' rates through this limit, whose default of 10/s carries about eight queues.
  'frontend.globalNamespaceRPS.namespaceReplicationInducingAPIs': 100,
  'frontend.rps.namespaceReplicationInducingAPIs': 200,
} as const;

// The write-ahead log makes the server three to six times as fast as its default, and a SIGKILL still loses nothing.
const sqlitePragmas = ['journal_mode=wal', 'synchronous=1'];

/**
 * Starts Temporal's development server on a database file, and waits until workflows can be started and searched.
 * Everything listens on 127.0.0.1.
 *
 * @throws PollenBatchError `temporal-unreachable`, with the last lines of its log, when it does not come up.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  let address = '';
  try {
    return await withOtherPorts(async (tried) => {
      const ports = await choosePorts({
        names: ['temporal', 'temporalUi'],
        tried,
        ...(options.portsFile === undefined
          ? {}
          : { file: options.portsFile, preferred: { temporal: 7233, temporalUi: 8233 } }),
      });
      address = `127.0.0.1:${ports.temporal}`;
      const child = await startOn(options, ports);
      await untilReady({
        child,
        timeoutMs: options.timeoutMs ?? 60_000,
        check: () => withConnection(address, prepareNamespace),
      });
      return { address, namespace, uiUrl: `http://127.0.0.1:${ports.temporalUi}`, child };
    });
  } catch (error) {
    if (error instanceof PollenBatchError) throw error;
    throw new PollenBatchError('temporal-unreachable', `Temporal did not start on ${address}.`, {
      remedy: `Its log is ${options.logFile}.`,
      details: await lastLines(options.logFile),
      cause: error,
    });
  }
}

function startOn(
  { guard, binary, dataDir, logFile }: TemporalServerOptions,
  { temporal, temporalUi }: Ports<'temporal' | 'temporalUi'>,
): Promise<Child> {
  return guard.start({
    name: 'Temporal',
    command: binary,
    arguments: serverArguments({
      ip: '127.0.0.1',
      database: join(dataDir, 'temporal.db'),
      port: temporal,
      uiPort: temporalUi,
    }),
    // No settings of the person's own Temporal may leak in.
    environment: { HOME: dataDir },
    logFile,
    endsLast: true,
  });
}

/** Command line of the development server, after the name of the program. */
export function serverArguments({ ip, database, port, uiPort }: ServerPlace): readonly string[] {
  return [
    'server',
    'start-dev',
    `--ip=${ip}`,
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    `--db-filename=${database}`,
    '--ui-disable-news-fetch',
    '--log-level=warn',
    ...sqlitePragmas.map((pragma) => `--sqlite-pragma=${pragma}`),
    ...Object.entries(dynamicConfig).map(([key, value]) => `--dynamic-config-value=${key}=${value}`),
    ...Object.entries(searchAttributes).map(([name, type]) => `--search-attribute=${name}=${type}`),
  ];
}

async function withConnection(
  address: string,
  use: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
  try {
    await use(connection);
  } finally {
    await connection.close();
  }
}

async function prepareNamespace(connection: Connection): Promise<void> {
  const { workflowService } = connection;
  // The server's own 24 h would forget a run while its author is away for a weekend.
  const { config } = await workflowService.describeNamespace({ namespace });
  if (optionalTsToMs(config?.workflowExecutionRetentionTtl) !== retentionMs) {
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retentionMs) },
    });
  }
  // A search by the last of our attributes answers only when namespace, visibility store and attributes are all there.
  await workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query: 'PollenCost > 0' });
}
