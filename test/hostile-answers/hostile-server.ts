import { request as forward } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import type { Endpoint, Serve } from './hostile-answer.ts';

/** A request of which the head and the whole body have come. */
export interface RawRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server that can answer with any bytes. */
export interface HostileServer extends AsyncDisposable {
  readonly url: string;
  /** What came, in order. */
  readonly requests: readonly RawRequest[];
  /** Connections that are open now. */
  open(): number;
}

/**
 * Serves each request on a connection of its own.
 *
 * @param choose - how to answer a request; `undefined` where it is passed on
 * @param upstream - where requests are passed on to. @default nowhere: they are refused
 * @param port - @default any that is free
 */
export async function startHostileServer(
  choose: (request: RawRequest) => Serve | undefined,
  upstream?: string,
  port = 0,
): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    readRequest(socket, (request) => {
      requests.push(request);
      const serve = choose(request);
      if (serve !== undefined) serve(socket, request.endpoint);
      else if (upstream === undefined)
        socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');
      else passOn(socket, request, upstream);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readRequest(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let seen = Buffer.alloc(0);
  let isDone = false;
  socket.on('data', (data: Buffer) => {
    if (isDone) return;
    seen = Buffer.concat([seen, data]);
    const end = seen.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [line = '', ...fields] = seen.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      fields.map((field) => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 1).trim(),
      ]),
    );
    const body = seen.subarray(end + 4);
    if (body.length < Number(headers['content-length'] ?? 0)) return;
    isDone = true;
    const [method = '', path = ''] = line.split(' ');
    const endpoint = method === 'POST' ? 'text' : 'image';
    onRequest({ endpoint, method, path, headers, body: body.toString('utf8') });
  });
}

function passOn(socket: Socket, { method, path, headers, body }: RawRequest, upstream: string): void {
  const { connection: _connection, ...others } = headers;
  const sent = forward(new URL(path, upstream), { method, headers: others, agent: false }, (answer) => {
    const fields: string[] = [];
    for (let index = 0; index < answer.rawHeaders.length; index += 2) {
      const name = answer.rawHeaders[index] ?? '';
      if (/^(connection|keep-alive|transfer-encoding)$/i.test(name)) continue;
      fields.push(`${name}: ${answer.rawHeaders[index + 1] ?? ''}`);
    }
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('error', () => socket.destroy());
    answer.on('end', () => {
      const whole = Buffer.concat(chunks);
      const length = fields.some((field) => /^content-length:/i.test(field))
        ? []
        : [`content-length: ${whole.length}`];
      const start = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`;
      socket.write([start, ...fields, ...length, 'connection: close', '', ''].join('\r\n'));
      socket.end(whole);
    });
  });
  sent.on('error', () => socket.destroy());
  sent.end(body);
}

/** The name of the hostile answer that a prompt asks for, and how often; both are part of what is sent. */
export function askedFor({
  path,
  body,
}: RawRequest): { readonly name: string; readonly times: number } | undefined {
  const match = /\[\[hostile:([a-z0-9-]+)(?::(\d+))?\]\]/.exec(`${decodeURIComponent(path)} ${body}`);
  if (match === null) return undefined;
  return { name: match[1] ?? '', times: match[2] === undefined ? Infinity : Number(match[2]) };
}
