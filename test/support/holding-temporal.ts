import {
  connect,
  createServer,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

import type { Hold } from './holding-proxy.ts';

/** A proxy before Temporal that keeps chosen calls, or their answers, until their client is gone. */
export interface HoldingTemporal extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** Names of what is held now. */
  held(): readonly string[];
}

/**
 * Starts a proxy for gRPC without TLS on this machine.
 *
 * @param target - `<host>:<port>` of the server
 * @param holdOf - says of each call, by the name of its method, whether it is held, and where
 */
export async function startHoldingTemporal(
  target: string,
  holdOf: (method: string) => Hold | undefined,
): Promise<HoldingTemporal> {
  const upstream = connect(`http://${target}`);
  // A session that breaks ends its streams, and what asked through them hears of that.
  upstream.on('error', () => {});
  const held = new Set<string>();

  function relay(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const hold = holdOf(String(headers[':path']).replace(/^.*\//, ''));
    stream.on('error', () => {});
    if (hold !== undefined) {
      held.add(hold.name);
      stream.once('close', () => held.delete(hold.name));
    }
    if (hold?.at === 'request') return;
    const call = upstream.request(headers);
    call.on('error', () => stream.destroy());
    stream.pipe(call);
    if (hold === undefined) answer(stream, call);
    else call.resume();
    // Once it was given up here nobody waits for it there, unless its server was to hear of it.
    if (hold === undefined) stream.once('close', () => call.close());
  }

  const server = createServer();
  server.on('stream', relay);
  server.on('session', (session) => session.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => [...held],
    async [Symbol.asyncDispose]() {
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(stream: ServerHttp2Stream, call: ClientHttp2Stream): void {
  let trailers: IncomingHttpHeaders = {};
  call.once('response', (headers, flags) => {
    if (stream.destroyed) return;
    // What fails has headers alone.
    const isWhole = (flags & 1) === 1;
    stream.respond(headers, { endStream: isWhole, waitForTrailers: !isWhole });
    if (isWhole) return;
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
  call.once('trailers', (told: IncomingHttpHeaders) => {
    trailers = told;
  });
}
