import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it passes the proxy. */
export interface PassingRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
}

/**
 * Where an exchange is held: `request` before the server has heard of it, `half` when it has got half of the body, and `answer`
 * when it has answered.
 */
export interface Hold {
  readonly at: 'request' | 'half' | 'answer';
  readonly name: string;
}

/** An answer that is given in place of the server's. */
export interface Refusal {
  readonly at: 'door';
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A proxy before a server that keeps chosen requests, or their answers, until it is told to let them go. */
export interface HoldingProxy extends AsyncDisposable {
  readonly url: string;
  /** Names of what is held now. What its client has given up is not. */
  held(): readonly string[];
  /** Lets go what is held under names that fit. */
  release(fits?: (name: string) => boolean): void;
}

/**
 * Starts a proxy on this machine.
 *
 * @param target - origin of the server
 * @param holdOf - says of each request whether it is held, and where, or what it is answered instead
 */
export async function startHoldingProxy(
  target: string,
  holdOf: (request: PassingRequest) => Hold | Refusal | undefined,
): Promise<HoldingProxy> {
  const agent = new Agent({ keepAlive: true });
  const holds = new Set<{ readonly name: string; readonly letGo: (isWanted: boolean) => void }>();

  /** Resolves to whether somebody still waits at the other end. */
  function keep(name: string, response: ServerResponse): Promise<boolean> {
    if (response.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const held = {
        name,
        letGo(isWanted: boolean) {
          holds.delete(held);
          resolve(isWanted);
        },
      };
      holds.add(held);
      response.once('close', () => held.letGo(false));
    });
  }

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const hold = holdOf({ method, path, body: body.toString('utf8') });
    if (hold?.at === 'door') {
      response.writeHead(hold.status, { 'content-type': hold.type }).end(hold.body);
      return;
    }
    if (hold?.at === 'request' && !(await keep(hold.name, response))) return;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = send(new URL(path, target), { method, headers, agent }, resolve).once('error', reject);
      if (hold?.at !== 'half') return void sent.end(body);
      const half = Math.floor(body.length / 2);
      sent.write(body.subarray(0, half));
      void keep(hold.name, response).then((isWanted) =>
        isWanted ? sent.end(body.subarray(half)) : sent.destroy(new Error('nobody sends the rest')),
      );
    });
    const bytes = await buffer(answer);
    if (hold?.at === 'answer' && !(await keep(hold.name, response))) return;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes);
  }

  const server = createServer((request, response) => {
    relay(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => [...holds].map(({ name }) => name),
    release(fits = () => true) {
      for (const held of holds) if (fits(held.name)) held.letGo(true);
    },
    async [Symbol.asyncDispose]() {
      for (const held of holds) held.letGo(false);
      agent.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}
