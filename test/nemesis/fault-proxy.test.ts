import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createHttpServer } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startFaultProxy, type FaultProxy } from './links/fault-proxy.ts';
import { toxics, type Toxic } from './links/toxic.ts';

const size = 20_000;
let server: Server;
let proxy: FaultProxy;

beforeAll(async () => {
  server = createHttpServer((_request, response) => response.end(Buffer.alloc(size, 'x')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port });
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  server.close();
});

/** How many bytes come of one request, or the word that it broke. */
async function ask(toxic: Toxic | undefined, timeoutMs = 20_000): Promise<number | 'broken'> {
  proxy.set(toxic);
  try {
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/`, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { connection: 'close' },
    });
    return (await answer.arrayBuffer()).byteLength;
  } catch {
    return 'broken';
  } finally {
    proxy.set(undefined);
  }
}

async function timed<Value>(doing: () => Promise<Value>): Promise<readonly [Value, number]> {
  const before = performance.now();
  return [await doing(), performance.now() - before];
}

describe('a link', () => {
  it('passes everything on where nothing is set, and counts nothing', async () => {
    const before = proxy.struck();
    expect(await ask(undefined)).toBe(size);
    expect(proxy.struck()).toBe(before);
  });

  it.each(['cut', 'half-open', 'limit'] as const)('that is %s lets no whole answer through', async (name) => {
    const before = proxy.struck();
    expect(await ask(toxics[name], 500)).toBe('broken');
    expect(proxy.struck()).toBeGreaterThan(before);
    expect(await ask(undefined)).toBe(size);
  });

  it('that has latency, is slow or comes in slices brings all, later', async () => {
    expect(await timed(() => ask(toxics.latency))).toEqual([size, expect.toSatisfy((ms) => ms > 500)]);
    expect(await timed(() => ask(toxics.slow))).toEqual([size, expect.toSatisfy((ms) => ms > 2_000)]);
    expect(await timed(() => ask(toxics.slices))).toEqual([size, expect.toSatisfy((ms) => ms > 100)]);
  });

  it('that is reset throws out whoever is in', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    await using other = await startFaultProxy({ port: (silent.address() as AddressInfo).port });
    other.set({ kind: 'reset', everyMs: 20 });
    await expect(fetch(`http://127.0.0.1:${other.port}/`)).rejects.toThrow();
    expect(other.struck()).toBeGreaterThan(0);
    silent.close();
  });

  it('that answers by itself gives that answer, and the server hears nothing', async () => {
    proxy.set({ kind: 'answer', status: 403, type: 'application/xml', body: '<Error/>' });
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/`, {
      method: 'PUT',
      body: Buffer.alloc(100_000),
    });
    expect([answer.status, await answer.text()]).toEqual([403, '<Error/>']);
    proxy.set(undefined);
  });
});
