import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findBinary } from '../../src/local/binaries.ts';
import { lastLines, startGuard, type ChildGuard } from '../../src/local/child.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { untilReady } from '../../src/local/ready.ts';
import { temporaryFolder, testBinaries } from '../support/local-servers.ts';
import { restartable, type RestartableServer } from '../support/restartable.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import type { ClusterPrograms } from './programs.ts';
import { portNames, serverConfig, services, type Service } from './server-config.ts';

const run = promisify(execFile);
const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));

/** Temporal as people run it for real: the production server on PostgreSQL, each service a process. */
export interface Cluster {
  /** Of the frontend. */
  readonly address: string;
  readonly services: Readonly<Record<Service, RestartableServer>>;
  readonly logDir: string;
  stop(): Promise<void>;
}

type Programs = Extract<ClusterPrograms, { kind: 'there' }>;

/** Starts it, with the dynamic configuration and the namespace that `deploy/` makes. About half a minute. */
export async function startCluster(programs: Programs): Promise<Cluster> {
  // Only its owner gets into a temporary folder, and PostgreSQL's is another one than ours.
  const [folder, database] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  const guard = await startGuard();
  const stop = async (): Promise<void> => {
    await guard.close();
    await Promise.all([folder.remove(), database.remove()]);
  };
  try {
    const logDir = join(folder.path, 'logs');
    await mkdir(logDir);
    const postgres = await startPostgres({
      guard,
      programs: programs.postgres,
      folder: database.path,
      logFile: join(logDir, 'postgres.log'),
    });
    await makeSchemas(programs.sql, postgres);
    const ports = await choosePorts({ names: portNames });
    const configFile = join(folder.path, 'server.yaml');
    const dynamicConfig = join(deploy, 'temporal-dynamic-config.yaml');
    await writeFile(configFile, serverConfig({ ports, postgres, dynamicConfig }), { mode: 0o600 });
    const start = async (service: Service) => {
      const logFile = join(logDir, `${service}.log`);
      const place = { service, configFile, logFile, port: ports[service] };
      const { server } = await restartable(() => startService(guard, programs.server, place));
      return [service, server] as const;
    };
    // The first one writes down what cluster it is. Of two that do so at once, one gives up.
    const [first, ...others] = services;
    const started = [await start(first), ...(await Promise.all(others.map(start)))];
    const address = `127.0.0.1:${ports.frontend}`;
    await prepareNamespace(address);
    const byName = Object.fromEntries(started) as Record<Service, RestartableServer>;
    return { address, services: byName, logDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeSchemas(sql: string, { port, user, password }: Postgres): Promise<void> {
  const server = ['--plugin', 'postgres12', '--ep', '127.0.0.1', '-p', String(port), '-u', user];
  for (const [database, schema] of [
    ['temporal', 'temporal'],
    ['temporal_visibility', 'visibility'],
  ] as const) {
    for (const step of [
      ['create-database'],
      ['setup-schema', '--version', '0.0'],
      ['update-schema', '--schema-name', `postgresql/v12/${schema}`],
    ]) {
      await run(sql, [...server, '--database', database, ...step], { env: { SQL_PASSWORD: password } });
    }
  }
}

interface ServicePlace {
  readonly service: Service;
  readonly configFile: string;
  readonly logFile: string;
  readonly port: number;
}

async function startService(
  guard: ChildGuard,
  server: string,
  { service, configFile, logFile, port }: ServicePlace,
) {
  const child = await guard.start({
    name: service,
    command: server,
    arguments: ['--config-file', configFile, '--allow-no-auth', 'start', '--service', service],
    environment: { HOME: dirname(configFile) },
    logFile,
  });
  await untilReady({ child, timeoutMs: 60_000, check: () => opens(port) }).catch(async (error: unknown) => {
    throw new Error((await lastLines(logFile, 1)).join('\n'), { cause: error });
  });
  return { child };
}

function opens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject).once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

/** The script takes the namespace `default` when it is told none. */
async function prepareNamespace(address: string): Promise<void> {
  const { path } = await findBinary('temporal', testBinaries('temporal'));
  await run('sh', [join(deploy, 'temporal-namespace.sh')], {
    env: {
      PATH: [dirname(path), process.env['PATH']].join(delimiter),
      TEMPORAL_ADDRESS: address,
    },
    timeout: 180_000,
  });
}
