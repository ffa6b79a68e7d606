import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { emulatorKeys, startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { startRefusingTemporal } from '../support/refusing-temporal.ts';
import { createScan } from '../support/secret-scan.ts';
import { spawnCommand } from '../support/spawn-command.ts';

const word = (of: string): string => `canary+${of}-${randomBytes(12).toString('hex')}`;
const secrets = {
  temporal: word('temporal'),
  store: word('store'),
  session: word('session'),
  deleting: word('deleting'),
  proxy: word('proxy'),
};
const scan = createScan(Object.entries(secrets).map(([name, secret]) => ({ secret, name })));

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [emulator, folder] = await Promise.all([startEmulator(), temporaryFolder()]);
  await writeFile(join(folder.path, 'job.yaml'), 'version: 1\nname: bees\nitems: [{ text: a }]\n');
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

async function startFront(
  listener: RequestListener,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

const end = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** All that a command says that fails. */
async function failed(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const { said, ended } = spawnCommand(
    parameters,
    {
      POLLEN_BATCH_DATA: join(folder.path, 'data'),
      POLLEN_BATCH_LOG_LEVEL: 'trace',
      POLLINATIONS_API_KEY: emulatorKeys.secret,
      POLLINATIONS_BASE_URL: emulator.url,
      ...environment,
    },
    folder.path,
  );
  const code = await ended;
  expect(code, said.error).not.toBe(0);
  const told = said.out + said.error;
  expect(told).not.toBe('');
  return Buffer.from(told);
}

const storeSecrets = {
  AWS_ACCESS_KEY_ID: 'anybody',
  AWS_SECRET_ACCESS_KEY: secrets.store,
  AWS_SESSION_TOKEN: secrets.session,
  S3_DELETE_ACCESS_KEY_ID: 'somebody',
  S3_DELETE_SECRET_ACCESS_KEY: secrets.deleting,
};
async function expectNone(
  commands: readonly (readonly string[])[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await Promise.all(
    commands.map(async (parameters) => {
      expect(scan(await failed(parameters, environment)), parameters[0]).toEqual([]);
    }),
  );
}

const commands = [['list'], ['submit', 'job.yaml'], ['doctor'], ['worker']];

describe.concurrent('a server that repeats what it was sent', () => {
  it('leaves no trace of it: Temporal', async () => {
    for (const status of [16, 3]) {
      await using temporal = await startRefusingTemporal({
        status,
        says: ({ authorization = '' }) => `no: ${authorization}, ${authorization.replace('Bearer ', '')}`,
      });
      const environment = {
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_API_KEY: secrets.temporal,
        TEMPORAL_TLS: 'false',
        S3_BUCKET: 'mine',
        S3_ENDPOINT: 'http://127.0.0.1:9',
        ...storeSecrets,
      };
      await expectNone(commands, environment);
      expect(temporal.keys).toContain(`Bearer ${secrets.temporal}`);
    }
  });

  it('leaves no trace of it: the object store, which may know the secret too', async () => {
    const tokens = new Set<unknown>();
    const { server: store, port } = await startFront((request, response) => {
      tokens.add(request.headers['x-amz-security-token']);
      const known = [secrets.store, secrets.deleting, encodeURIComponent(secrets.store)].join(' ');
      const said = `${known} ${JSON.stringify(request.headers)}`.replaceAll('<', '');
      response
        .writeHead(403, { 'content-type': 'application/xml', 'x-amz-request-id': secrets.store })
        .end(
          `<Error><Code>SignatureDoesNotMatch</Code><Message>${said}</Message><Key>${known}</Key></Error>`,
        );
    });
    const environment = {
      TEMPORAL_ADDRESS: '127.0.0.1:9',
      S3_BUCKET: 'mine',
      S3_REGION: 'us-east-1',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      ...storeSecrets,
    };
    await expectNone(commands, environment);
    expect(tokens).toContain(secrets.session);
    await end(store);
  });

  it('leaves no trace of it: the proxy', async () => {
    const sent = new Set<unknown>();
    const { server: proxy, port } = await startFront((request, response) => {
      sent.add(request.headers['proxy-authorization']);
      response.writeHead(407, JSON.stringify(request.headers)).end(JSON.stringify(request.headers));
    });
    proxy.on('connect', (request, socket) => {
      sent.add(request.headers['proxy-authorization']);
      socket.end(
        `HTTP/1.1 407 ${request.headers['proxy-authorization']}\r\nx-said: ${secrets.proxy}\r\n\r\n`,
      );
    });
    const url = `http://me:${encodeURIComponent(secrets.proxy)}@127.0.0.1:${port}`;
    const environment = {
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
      POLLINATIONS_BASE_URL: 'http://api.example.test',
    };
    await expectNone([['models'], ['submit', 'job.yaml'], ['doctor']], environment);
    expect([...sent].join()).toContain(Buffer.from(`me:${secrets.proxy}`).toString('base64'));
    await end(proxy);
  });
});
