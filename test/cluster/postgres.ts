import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { ChildGuard } from '../../src/local/child.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { untilReady } from '../../src/local/ready.ts';

const run = promisify(execFile);

/** A PostgreSQL of a test's own, on 127.0.0.1. */
export interface Postgres {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface PostgresOptions {
  /** Ends it after all others. */
  readonly guard: ChildGuard;
  /** Folder of its programs. */
  readonly programs: string;
  /** An empty folder for its data, which becomes its own. */
  readonly folder: string;
  readonly logFile: string;
}

/** Starts it, with a password; a crash of the machine may lose its data, which is nothing to a test. */
export async function startPostgres({
  guard,
  programs,
  folder,
  logFile,
}: PostgresOptions): Promise<Postgres> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const password = randomBytes(16).toString('hex');
  const user = 'temporal';
  await writeFile(passwordFile, password, { mode: 0o600 });
  const owner = await findOwner();
  if (owner !== undefined) {
    for (const path of [folder, passwordFile]) await chown(path, owner.uid, owner.gid);
  }
  const made = asOwner(owner, join(programs, 'initdb'), [
    `--pgdata=${data}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  await run(made.command, made.parameters, { cwd: folder });
  const { postgres: port } = await choosePorts({ names: ['postgres'] });
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, fsync: 'off' };
  const program = asOwner(
    owner,
    join(programs, 'postgres'),
    [`-D${data}`].concat(Object.entries(settings).map(([name, value]) => `--${name}=${value}`)),
  );
  const child = await guard.start({
    name: 'PostgreSQL',
    command: program.command,
    arguments: program.parameters,
    cwd: folder,
    logFile,
    endsLast: true,
  });
  const check = async (): Promise<void> => {
    await run(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
  };
  await untilReady({ child, timeoutMs: 60_000, check });
  return { port, user, password };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. */
async function findOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name]))).catch(() => undefined);
    const [uid, gid] = (ids ?? []).map(({ stdout }) => Number(stdout));
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error('there is neither a user postgres nor a user nobody to run PostgreSQL as');
}

function asOwner(
  owner: Owner | undefined,
  command: string,
  parameters: readonly string[],
): { readonly command: string; readonly parameters: string[] } {
  if (owner === undefined) return { command, parameters: [...parameters] };
  const { uid, gid } = owner;
  // It becomes the program, so that signals reach that.
  return {
    command: 'setpriv',
    parameters: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', command, ...parameters],
  };
}
