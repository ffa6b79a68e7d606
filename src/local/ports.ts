import { randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { dirname } from 'node:path';

/** A port for each name. */
export type Ports<Name extends string> = Readonly<Record<Name, number>>;

export interface PortChoice<Name extends string> {
  readonly names: readonly Name[];
  /** Tried first: what other tools take for granted, say 7233 for Temporal. */
  readonly preferred?: Readonly<Partial<Record<Name, number>>>;
  /** Keeps the choice, and is read before `preferred`, so that addresses stay the same from start to start. */
  readonly file?: string;
  /** Ports of starts that have failed, which are not taken again; those that are chosen now are added. */
  readonly tried?: Set<number>;
}

// Below the ranges from which systems take the ports of outgoing connections (Linux from 32768, others from 49152), so
// that a port which is free now is still free at the next start.
const firstPort = 20_000;
const lastPort = 32_000;

/** Chooses a free loopback port for each name: remembered, else preferred, else any free one. Never the same one twice. */
export async function choosePorts<Name extends string>(choice: PortChoice<Name>): Promise<Ports<Name>> {
  const remembered = choice.file === undefined ? {} : await readPorts(choice.file);
  const chosen = new Map<Name, number>();
  const taken = choice.tried ?? new Set<number>();
  for (const name of choice.names) {
    const wishes = [remembered[name], choice.preferred?.[name]].filter((port) => port !== undefined);
    const port = await firstFree(wishes, taken);
    chosen.set(name, port);
    taken.add(port);
  }
  const ports = Object.fromEntries(chosen) as Record<Name, number>;
  if (choice.file !== undefined) {
    await mkdir(dirname(choice.file), { recursive: true });
    await writeFile(choice.file, `${JSON.stringify({ ...remembered, ...ports }, null, 2)}\n`);
  }
  return ports;
}

/** Whether nothing listens on a loopback port. */
export async function isFree(port: number): Promise<boolean> {
  // Both ways: some systems let a loopback listener in beside one that listens on all addresses.
  return (await canListen(port)) && !(await answers(port));
}

async function firstFree(wishes: readonly number[], taken: ReadonlySet<number>): Promise<number> {
  for (const port of wishes) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  const span = lastPort - firstPort;
  const offset = randomInt(span);
  for (let step = 0; step < span; step += 1) {
    const port = firstPort + ((offset + step) % span);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port between ${firstPort} and ${lastPort}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}

async function readPorts(file: string): Promise<Readonly<Record<string, number>>> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, number] => {
        const port = entry[1];
        return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
      }),
    );
  } catch {
    // Nothing remembered, or a file cut short: new ports do no harm.
    return {};
  }
}
