import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePorts, isFree } from '../../src/local/ports.ts';
import { temporaryFolder } from '../support/local-servers.ts';

describe('choosePorts', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let file: string;
  const servers: Server[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, 'ports.json');
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await folder.remove();
  });

  const occupy = async (port: number, host: string): Promise<void> => {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
  };

  it('gives each name another port, all of them free', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `port${index}`);
    const ports = Object.values(await choosePorts({ names }));
    expect(new Set(ports).size).toBe(12);
    expect(await Promise.all(ports.map(isFree))).not.toContain(false);
  });

  it('chooses the same ports at every start', async () => {
    const first = await choosePorts({ names: ['objects', 'filer'], file });
    expect(await choosePorts({ names: ['objects', 'filer'], file })).toEqual(first);
  });

  it('takes the preferred port when it is free', async () => {
    const { spare } = await choosePorts({ names: ['spare'] });
    expect(await choosePorts({ names: ['ui'], preferred: { ui: spare }, file })).toEqual({ ui: spare });
  });

  it.each(['127.0.0.1', '0.0.0.0'])('avoids a port that somebody listens on at %s', async (host) => {
    const { ui } = await choosePorts({ names: ['ui'], file });
    await occupy(ui, host);
    expect(await isFree(ui)).toBe(false);
    expect((await choosePorts({ names: ['ui'], preferred: { ui }, file })).ui).not.toBe(ui);
  });

  it('never gives two names the same preferred port', async () => {
    const { spare } = await choosePorts({ names: ['spare'] });
    const ports = await choosePorts({ names: ['a', 'b'], preferred: { a: spare, b: spare } });
    expect(ports.a).toBe(spare);
    expect(ports.b).not.toBe(spare);
  });

  it('keeps what it remembers of other names, and survives a damaged file', async () => {
    const { a } = await choosePorts({ names: ['a'], file });
    await choosePorts({ names: ['b'], file });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ a });
    await writeFile(file, '{"a": 1');
    expect((await choosePorts({ names: ['a'], file })).a).toBeGreaterThan(1023);
  });
});
