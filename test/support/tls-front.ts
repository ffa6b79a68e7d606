import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, createServer, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Certificates of a made-up authority, as files. */
export interface Certificates extends AsyncDisposable {
  readonly folder: string;
  readonly authority: string;
  /** For `localhost` and 127.0.0.1. */
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
}

/** Makes an authority, and with it certificates for a server of this machine and for a client. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'pollen-batch-tls-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...parameters: readonly string[]) => run('openssl', parameters);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await openssl(
    'req',
    '-x509',
    ...curve,
    '-subj',
    '/CN=test authority',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  );
  const issue = async (name: string, extension: string) => {
    const [key, certificate] = [file(`${name}.key`), file(`${name}.pem`)];
    const authority = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')];
    const subject = ['-subj', `/CN=${name}`, '-addext', extension, '-addext', 'basicConstraints=CA:FALSE'];
    await openssl('req', '-x509', ...curve, ...authority, ...subject, '-keyout', key, '-out', certificate);
    return { certificate, key };
  };
  return {
    folder,
    authority: file('ca.pem'),
    server: await issue('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1'),
    client: await issue('client', 'extendedKeyUsage=clientAuth'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A server that ends TLS before another one. */
export interface TlsFront extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly address: string;
}

/**
 * Starts a server that takes TLS connections for a server without TLS.
 *
 * @param wantsClient - refuse clients without a certificate of the authority
 * @param fallback - shown to clients that do not ask for `localhost`
 */
export async function startTlsFront(
  target: string,
  certificates: Certificates,
  wantsClient: boolean,
  fallback: Certificates['server'] = certificates.server,
): Promise<TlsFront> {
  const { authority, server: own } = certificates;
  const named = createSecureContext({ key: await readFile(own.key), cert: await readFile(own.certificate) });
  const options: TlsOptions = {
    key: await readFile(fallback.key),
    cert: await readFile(fallback.certificate),
    SNICallback: (name, respond) => respond(null, name === 'localhost' ? named : undefined),
    ca: await readFile(authority),
    requestCert: wantsClient,
    rejectUnauthorized: wantsClient,
    ALPNProtocols: ['h2'],
  };
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  const server = createServer(options, (client) => {
    const behind = connect(Number(port), host);
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(behind).pipe(client);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
