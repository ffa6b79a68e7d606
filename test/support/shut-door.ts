import { type HostileServer, startHostileServer } from '../hostile-answers/hostile-server.ts';
import type { Serve } from '../hostile-answers/hostile-answer.ts';

/** What stands before an API and can be shut. */
export interface Door extends AsyncDisposable {
  readonly url: string;
  /** Generations that were asked for while it was shut, in milliseconds since then. */
  knocks(): readonly number[];
  /** Answers every call so, or refuses connections. */
  shut(serve: Serve | 'refuse'): Promise<void>;
  open(): Promise<void>;
}

/** Starts a door before an API; it is open. */
export async function startDoor(upstream: string): Promise<Door> {
  let serve: Serve | undefined;
  let since = 0;
  let knocked: number[] = [];
  const start = (port?: number): Promise<HostileServer> =>
    startHostileServer(
      ({ path, method }) => {
        if (serve === undefined) return undefined;
        if (method === 'POST' || /\/image\/[^/]+\?/.test(path)) knocked.push(performance.now() - since);
        return serve;
      },
      upstream,
      port,
    );
  let server: HostileServer | undefined = await start();
  const { url } = server;
  return {
    url,
    knocks: () => knocked,
    async shut(how) {
      since = performance.now();
      knocked = [];
      if (how !== 'refuse') serve = how;
      else {
        await server?.[Symbol.asyncDispose]();
        server = undefined;
      }
    },
    async open() {
      serve = undefined;
      server ??= await start(Number(new URL(url).port));
    },
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
    },
  };
}
