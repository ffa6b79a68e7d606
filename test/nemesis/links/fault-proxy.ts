import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import type { Toxic } from './toxic.ts';

/** A TCP proxy before a server, whose link can be made to fail. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Makes the link fail in this way from now on, or not at all. */
  set(toxic: Toxic | undefined): void;
  /** How often a toxic has changed what a connection would have brought, since the start. */
  struck(): number;
}

/** Both ends of a connection. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes that the server has sent. */
  sent: number;
  /** Whether bytes have vanished: what comes after them must not pass. */
  isBroken: boolean;
}

/** Starts a proxy on this machine, before a port of it. */
export async function startFaultProxy(target: { readonly port: number }): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  let toxic: Toxic | undefined;
  let struck = 0;
  let resets: NodeJS.Timeout | undefined;

  function throwOut(which: Iterable<Pair>): void {
    for (const pair of which) {
      struck += 1;
      reset(pair.client);
      reset(pair.server);
    }
  }

  /** Passes a piece on as the link lets it. */
  async function deliver(pair: Pair, to: Socket, bytes: Buffer): Promise<void> {
    const now = toxic;
    if (now?.kind === 'half-open' || pair.isBroken) {
      pair.isBroken = true;
      struck += 1;
      return;
    }
    if (to === pair.client) pair.sent += bytes.length;
    if (now === undefined) return write(to, bytes);
    if (now.kind === 'latency' || now.kind === 'slow') {
      struck += 1;
      await pause(now.kind === 'latency' ? now.ms : (bytes.length / now.bytesPerSecond) * 1_000);
    }
    if (now.kind === 'slices') {
      struck += 1;
      for (let at = 0; at < bytes.length; at += now.bytes) {
        await write(to, bytes.subarray(at, at + now.bytes));
        await pause(1);
      }
      return;
    }
    if (now.kind === 'limit' && to === pair.client && pair.sent > now.bytes) {
      // What is over the limit is cut off in the middle of the piece.
      await write(to, bytes.subarray(0, Math.max(0, now.bytes - (pair.sent - bytes.length))));
      throwOut([pair]);
      return;
    }
    await write(to, bytes);
  }

  async function relay(pair: Pair, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const bytes of from) await deliver(pair, to, bytes as Buffer);
      if (!pair.isBroken) to.end();
    } catch {
      from.destroy();
      to.destroy();
    }
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => {});
    if (toxic?.kind === 'cut') {
      struck += 1;
      reset(client);
      return;
    }
    if (toxic?.kind === 'answer') {
      struck += 1;
      answer(client, toxic);
      return;
    }
    const behind = connect({ port: target.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    behind.on('error', () => reset(client));
    const pair: Pair = { client, server: behind, sent: 0, isBroken: false };
    pairs.add(pair);
    for (const end of [client, behind]) {
      end.once('close', () => {
        if (client.destroyed && behind.destroyed) pairs.delete(pair);
      });
    }
    void Promise.all([relay(pair, client, behind), relay(pair, behind, client)]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      clearInterval(resets);
      if (toxic?.kind === 'half-open') throwOut([...pairs].filter(({ isBroken }) => isBroken));
      toxic = next;
      if (next?.kind === 'cut' || next?.kind === 'answer') throwOut([...pairs]);
      if (next?.kind === 'reset') resets = setInterval(() => throwOut([...pairs]), next.everyMs);
    },
    struck: () => struck,
    async [Symbol.asyncDispose]() {
      clearInterval(resets);
      for (const { client, server: behind } of pairs) {
        client.destroy();
        behind.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// A socket that is reset while it ends is never closed: Node 20 then spins for ever when the process is to end.
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

function write(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

// As soon as there is a request: its body is nothing that is looked at.
function answer(client: Socket, { status, type, body }: Extract<Toxic, { kind: 'answer' }>): void {
  client.once('data', () => {
    const head = `HTTP/1.1 ${status} Fault\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
    client.end(head + body);
    client.resume();
  });
}
