import { connect as connectPlainly, isIP } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';

/** What a server says to a knock at its door: what the gRPC clients only call unavailable. */
export type Knock =
  /** It can be talked to the way that is configured. */
  | { readonly kind: 'open' }
  /** Nobody listens, the name is unknown, or nothing comes back. */
  | { readonly kind: 'closed'; readonly reason: string }
  /** TLS is configured, and the server has none. */
  | { readonly kind: 'no-tls' }
  /** No TLS is configured, and the server wants it. */
  | { readonly kind: 'wants-tls' }
  /** Its certificate is not to be trusted, or not its own. */
  | { readonly kind: 'untrusted'; readonly reason: string }
  /** It wants another certificate of the client, or one at all. */
  | { readonly kind: 'wants-client'; readonly reason: string };

/** TLS as it is configured. */
export interface KnockTls {
  readonly authority?: Uint8Array;
  readonly serverName?: string;
  readonly client?: { readonly certificate: Uint8Array; readonly key: Uint8Array };
}

/** First bytes of HTTP/2: a server that takes the client answers them. */
const GREETING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/**
 * Knocks at a server's door.
 *
 * @param tls - absent for a connection without
 */
export async function knock(
  { address, tls }: { readonly address: string; readonly tls: KnockTls | undefined },
  timeoutMs = 3_000,
): Promise<Knock> {
  const place = placeOf(address);
  const refusal = await whatHappens(() => connectPlainly(place), 'connect', timeoutMs);
  if (refusal !== undefined) return { kind: 'closed', reason: refusal };
  if (tls === undefined) {
    const unchecked = { ...optionsOf(place, {}), rejectUnauthorized: false };
    const fault = await whatHappens(() => connectSecurely(unchecked), 'secureConnect', timeoutMs);
    return fault === undefined || /ALERT/.test(fault) ? { kind: 'wants-tls' } : { kind: 'open' };
  }
  const fault = await whatHappens(() => connectSecurely(optionsOf(place, tls)), 'data', timeoutMs);
  return fault === undefined ? { kind: 'open' } : judge(fault);
}

/** Sorts what a TLS connection ended with. */
function judge(reason: string): Knock {
  if (/WRONG_VERSION|PACKET_LENGTH|UNEXPECTED_MESSAGE|HTTP_REQUEST/.test(reason)) return { kind: 'no-tls' };
  if (/ALERT|HANDSHAKE_FAILURE/.test(reason)) return { kind: 'wants-client', reason };
  if (/ALTNAME|CERT|SIGNED|VERIFY|ISSUER|PURPOSE/.test(reason)) return { kind: 'untrusted', reason };
  return /ECONNRESET|closed/.test(reason) ? { kind: 'no-tls' } : { kind: 'closed', reason };
}

function optionsOf(
  place: { readonly host: string; readonly port: number },
  tls: KnockTls,
): ConnectionOptions {
  const { authority, client } = tls;
  // Without it Node names no server, and a front that has several shows another one's certificate.
  const servername = tls.serverName ?? (isIP(place.host) === 0 ? place.host : undefined);
  return {
    ...place,
    ALPNProtocols: ['h2'],
    ...(authority === undefined ? {} : { ca: Buffer.from(authority) }),
    ...(servername === undefined ? {} : { servername }),
    ...(client === undefined ? {} : { cert: Buffer.from(client.certificate), key: Buffer.from(client.key) }),
  };
}

/** Resolves with nothing once the event comes, else with the code of what came in between. */
function whatHappens(
  open: () => ReturnType<typeof connectPlainly>,
  awaited: 'connect' | 'secureConnect' | 'data',
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = open();
    const end = (reason?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    const timer = setTimeout(() => end(`no answer within ${timeoutMs / 1_000} s`), timeoutMs);
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on('close', () => end('closed'));
    socket.once('secureConnect', () => socket.write(GREETING));
    socket.once(awaited, () => end());
  });
}

function placeOf(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`tcp://${address}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 7233) };
}
