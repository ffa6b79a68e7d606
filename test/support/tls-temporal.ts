import { execFile } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { stringify } from 'yaml';

import { lastLines, startGuard } from '../../src/local/child.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { untilReady } from '../../src/local/ready.ts';
import { servicesConfig } from '../cluster/server-config.ts';
import { temporaryFolder } from './local-servers.ts';
import type { Certificates } from './tls-front.ts';

const run = promisify(execFile);
const services = ['frontend', 'internal-frontend', 'history', 'matching', 'worker'] as const;
const ports = services.flatMap((service) => [service, `${service}Gossip`] as const);

/** A production Temporal whose frontend speaks TLS, wants certificates of clients, and tokens for keys. */
export interface TlsTemporal extends AsyncDisposable {
  /** `localhost:<port>` */
  readonly address: string;
  /** A key that may do this in a namespace, for an hour. */
  readonly apiKey: (...permissions: readonly string[]) => string;
}

/** Starts it, with a database in its memory. About 4 s. */
export async function startTlsTemporal(program: string, certificates: Certificates): Promise<TlsTemporal> {
  const folder = await temporaryFolder();
  const guard = await startGuard();
  const keys = await startKeyServer();
  const stop = async (): Promise<void> => {
    await guard.close();
    await keys.close();
    await folder.remove();
  };
  try {
    const chosen = await choosePorts({ names: ports });
    const configFile = join(folder.path, 'server.yaml');
    await writeFile(configFile, configuration(chosen, certificates, keys.url), { mode: 0o600 });
    const logFile = join(folder.path, 'server.log');
    const child = await guard.start({
      name: 'Temporal',
      command: program,
      arguments: [
        '--config-file',
        configFile,
        'start',
        ...services.flatMap((service) => ['--service', service]),
      ],
      environment: { HOME: folder.path },
      logFile,
    });
    const check = (): Promise<void> => opens(chosen.frontend);
    await untilReady({ child, timeoutMs: 60_000, check }).catch(async (error: unknown) => {
      throw new Error((await lastLines(logFile, 5)).join('\n'), { cause: error });
    });
    return {
      address: `localhost:${chosen.frontend}`,
      apiKey: keys.sign,
      [Symbol.asyncDispose]: async () => {
        await child.stop({ fast: true });
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(
  chosen: Readonly<Record<(typeof ports)[number], number>>,
  { authority, server }: Certificates,
  keys: string,
): string {
  const store = (databaseName: string) => ({
    sql: {
      pluginName: 'sqlite',
      databaseName,
      connectAddr: 'localhost',
      connectProtocol: 'tcp',
      connectAttributes: { mode: 'memory', cache: 'shared' },
      maxConns: 1,
      maxIdleConns: 1,
      maxConnLifetime: '1h',
    },
  });
  return stringify({
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 1,
      datastores: { default: store('default'), visibility: store('visibility') },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      tls: {
        frontend: {
          server: {
            certFile: server.certificate,
            keyFile: server.key,
            requireClientAuth: true,
            clientCaFiles: [authority],
          },
          client: { serverName: 'localhost', rootCaFiles: [authority] },
        },
      },
      authorization: {
        jwtKeyProvider: { keySourceURIs: [keys] },
        permissionsClaimName: 'permissions',
        authorizer: 'default',
        claimMapper: 'default',
      },
    },
    ...servicesConfig(services, chosen),
  });
}

/** Serves the public half of the key that signs tokens, as identity providers do. */
async function startKeyServer() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const set = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'tests', alg: 'RS256', use: 'sig' }] };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(set));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys.json`,
    sign: (...permissions: readonly string[]): string => {
      const claims = { sub: 'tests', permissions, exp: Math.floor(Date.now() / 1_000) + 3_600 };
      const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'tests' })}.${part(claims)}`;
      return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
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

/** A certificate of the same authority for a client whose time is over. */
export async function expiredPair({
  folder,
  authority,
}: Certificates): Promise<{ readonly certificate: string; readonly key: string }> {
  const file = (name: string): string => join(folder, name);
  const config = [
    '[ca]\ndefault_ca = tests\n[tests]',
    `new_certs_dir = ${folder}\ndatabase = ${file('index.txt')}\nserial = ${file('serial')}`,
    'default_md = sha256\npolicy = any\nx509_extensions = client\n[any]\ncommonName = supplied',
    '[client]\nextendedKeyUsage = clientAuth\nbasicConstraints = CA:FALSE\n',
  ].join('\n');
  await writeFile(file('ca.conf'), config);
  await writeFile(file('index.txt'), '');
  await writeFile(file('serial'), '01\n');
  const [certificate, key] = [file('expired.pem'), file('expired.key')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-new',
    ...curve,
    '-subj',
    '/CN=expired',
    '-keyout',
    key,
    '-out',
    file('expired.csr'),
  ]);
  await run('openssl', [
    'ca',
    '-batch',
    '-notext',
    ...Object.entries({
      config: file('ca.conf'),
      cert: authority,
      keyfile: file('ca.key'),
      startdate: '20200101000000Z',
      enddate: '20200102000000Z',
      in: file('expired.csr'),
      out: certificate,
    }).flatMap(([name, value]) => [`-${name}`, value]),
  ]);
  return { certificate, key };
}
