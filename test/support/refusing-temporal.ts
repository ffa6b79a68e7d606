import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A gRPC server that refuses every call, and remembers who came. */
export interface RefusingTemporal extends AsyncDisposable {
  readonly address: string;
  /** The `authorization` of every call. */
  readonly keys: readonly (string | undefined)[];
}

/**
 * Starts it, without TLS.
 *
 * @param tellsOfItself - whether it answers GetSystemInfo, as servers do for everybody
 * @param says - what it says to a call, by its headers
 */
export async function startRefusingTemporal({
  status: code = 16,
  tellsOfItself = false,
  says = (_headers: IncomingHttpHeaders): string => 'who are you',
} = {}): Promise<RefusingTemporal> {
  const keys: (string | undefined)[] = [];
  const sessions = new Set<{ destroy(): void }>();
  const server = createServer();
  server.on('session', (session) => sessions.add(session));
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    keys.push(headers.authorization);
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (tellsOfItself && headers[':path']?.endsWith('/GetSystemInfo') === true) {
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond(head, { waitForTrailers: true });
      // One message without a field.
      stream.end(Buffer.alloc(5));
      return;
    }
    stream.respond(
      { ...head, 'grpc-status': String(code), 'grpc-message': escaped(says(headers)) },
      { endStream: true },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// As gRPC has it: what is printed stays, but for the percent sign.
function escaped(text: string): string {
  return text.replaceAll('%', '%25');
}
