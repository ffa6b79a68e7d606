import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { PollenBatchError } from '../errors.ts';
import { findBinary, findOnPath, lookForBinary, type BinarySearch } from './binaries.ts';
import { lastLines, type Child, type ChildGuard } from './child.ts';
import { untilReady } from './ready.ts';
import { minioStart, seaweedStart, type StoreCredentials } from './store-programs.ts';
import { withOtherPorts } from './with-other-ports.ts';

/** A program that serves S3, and how its arguments are given. */
export interface StoreProgram {
  readonly kind: 'minio' | 'seaweedfs';
  readonly path: string;
}

export interface StoreServerOptions {
  readonly program: StoreProgram;
  readonly guard: ChildGuard;
  /** Keeps objects and credentials. */
  readonly dataDir: string;
  readonly logFile: string;
  /** Keeps the choice of ports. @default ports are chosen anew at each start, none of them a well-known one */
  readonly portsFile?: string;
  /** Milliseconds until the server must answer. @default 60000 */
  readonly timeoutMs?: number;
}

export interface StoreServer {
  readonly kind: StoreProgram['kind'];
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: StoreCredentials;
  /** Web console, where the program has one. */
  readonly consoleUrl: string | undefined;
  /** Where a browser finds the folders of all buckets, where the program shows them to everybody. */
  readonly foldersUrl: string | undefined;
  readonly child: Child;
}

/**
 * Chooses the program for a data folder: the one that already keeps objects there, else MinIO or Silo from `PATH`, else
 * SeaweedFS, which is fetched where need be.
 *
 * @throws PollenBatchError `binary-missing`.
 */
export async function findStoreProgram(dataDir: string, search: BinarySearch): Promise<StoreProgram> {
  const found = await lookForStoreProgram(dataDir, search);
  return found ?? { kind: 'seaweedfs', path: (await findBinary('weed', search)).path };
}

/**
 * The program of a data folder as {@link findStoreProgram} chooses it, or nothing when it would have to be fetched.
 *
 * @throws PollenBatchError `binary-missing`.
 */
export async function lookForStoreProgram(
  dataDir: string,
  search: BinarySearch,
): Promise<StoreProgram | undefined> {
  const isSeaweed = await isFolder(objectFolder(dataDir, 'seaweedfs'));
  if (!isSeaweed && search.explicit === undefined) {
    for (const name of ['minio', 'silo']) {
      const path = await findOnPath(name, search.path);
      if (path !== undefined) return { kind: 'minio', path };
    }
    if (await isFolder(objectFolder(dataDir, 'minio'))) {
      throw new PollenBatchError(
        'binary-missing',
        `The objects in ${dataDir} are MinIO's, which is not on PATH.`,
        {
          remedy: 'Put `minio` or `silo` on PATH, or choose another data folder.',
        },
      );
    }
  }
  const { found } = await lookForBinary('weed', search);
  return found === undefined ? undefined : { kind: 'seaweedfs', path: found.path };
}

/**
 * Starts the object store on a folder, on 127.0.0.1 alone, with credentials of that folder.
 *
 * @throws PollenBatchError `store-unreachable`, with the last lines of its log, when it does not come up.
 */
export async function startStoreServer(options: StoreServerOptions): Promise<StoreServer> {
  const { dataDir, program } = options;
  const folder = objectFolder(dataDir, program.kind);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const credentials = await readCredentials(join(dataDir, 'credentials.json'));
  const prepare = program.kind === 'minio' ? minioStart : seaweedStart;
  const name = program.kind === 'minio' ? 'MinIO' : 'SeaweedFS';
  let endpoint = '';
  try {
    return await withOtherPorts(async (tried) => {
      const start = await prepare({ folder, credentials, portsFile: options.portsFile, tried });
      endpoint = `http://127.0.0.1:${start.port}`;
      const child = await options.guard.start({
        name,
        command: program.path,
        arguments: start.arguments,
        environment: { ...start.environment, HOME: dataDir },
        logFile: options.logFile,
        endsLast: true,
      });
      void child.exited.then(() => removeSockets(start.sockets));
      await untilReady({
        child,
        timeoutMs: options.timeoutMs ?? 60_000,
        check: () => isReady(endpoint, start.topologyUrl),
      });
      return {
        kind: program.kind,
        endpoint,
        region: 'us-east-1',
        credentials,
        consoleUrl: start.consolePort === undefined ? undefined : `http://127.0.0.1:${start.consolePort}`,
        foldersUrl: start.foldersUrl,
        child,
      };
    });
  } catch (error) {
    if (error instanceof PollenBatchError) throw error;
    throw new PollenBatchError('store-unreachable', `${name} did not start on ${endpoint}.`, {
      remedy: `Its log is ${options.logFile}.`,
      details: await lastLines(options.logFile),
      cause: error,
    });
  }
}

// SeaweedFS names its sockets by port, in a fixed folder, and leaves some behind.
async function removeSockets(sockets: readonly string[]): Promise<void> {
  await Promise.all(sockets.map((socket) => rm(socket, { force: true }).catch(() => {})));
}

// The S3 door opens before the disks have reported to the master: until then old objects cannot be read.
async function isReady(endpoint: string, topologyUrl: string | undefined): Promise<void> {
  await ask(endpoint);
  if (topologyUrl === undefined) return;
  const topology = await ask(topologyUrl);
  if (!/"DataNodes":\s*\[\s*\{/.test(topology)) throw new Error('no disk has reported yet');
}

// Any answer below 500 says that the door is open; who may pass is the store's probe to find out.
// Not by fetch, which may have been told to use a proxy.
function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 2000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const status = response.statusCode ?? 500;
        if (status < 500) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`status ${status}`));
      });
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}

async function readCredentials(file: string): Promise<StoreCredentials> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StoreCredentials;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const credentials = { accessKeyId: 'pollen-batch', secretAccessKey: randomBytes(24).toString('base64url') };
  await writeFile(file, `${JSON.stringify(credentials)}\n`, { mode: 0o600, flag: 'wx' });
  return credentials;
}

function objectFolder(dataDir: string, kind: StoreProgram['kind']): string {
  return join(dataDir, kind);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
