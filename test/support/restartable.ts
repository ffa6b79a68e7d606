import type { Child } from '../../src/local/child.ts';

/** A server that is killed and comes back on the same port and data. */
export interface RestartableServer {
  pid(): number;
  /**
   * Ends it by SIGKILL and starts it again.
   *
   * @param whileAway - what happens in between
   */
  killAndRestart(whileAway?: () => Promise<void>): Promise<void>;
}

/** Starts a server that can be killed and started again. */
export async function restartable<Started extends { readonly child: Child }>(
  start: () => Promise<Started>,
): Promise<{ readonly value: Started; readonly server: RestartableServer; readonly child: () => Child }> {
  const value = await start();
  let child = value.child;
  const server: RestartableServer = {
    pid: () => child.pid,
    async killAndRestart(whileAway = async () => {}) {
      await child.stop({ fast: true });
      await whileAway();
      child = (await start()).child;
    },
  };
  return { value, server, child: () => child };
}
