import { fileURLToPath } from 'node:url';

import type { Child } from '../../src/local/child.ts';
import { startHoldingProxy, type Hold } from './holding-proxy.ts';
import { startHoldingTemporal } from './holding-temporal.ts';
import type { ProcessStack } from './process-stack.ts';
import { untilDone } from './until.ts';

const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));

/** A request of a command, to the store or to Temporal, by its number in order of arrival. */
export interface StopPoint {
  readonly number: number;
  /** `request` before the server has heard of it, `answer` when it has answered. */
  readonly at: Hold['at'];
}

/** What a command has asked of store and Temporal, in order. */
export type AskedServers = readonly string[];

/**
 * Runs a command of the product through proxies before store and Temporal, and kills it by SIGKILL where it stands at a point.
 *
 * @param point - @default it runs to its end
 * @returns what it has asked until then
 * @throws Error when it ends before that, or does not succeed where nothing ends it
 */
export async function stopCommand(
  stack: ProcessStack,
  name: string,
  parameters: readonly string[],
  point?: StopPoint,
): Promise<AskedServers> {
  const asked: string[] = [];
  const holdOf = (what: string): Hold | undefined =>
    asked.push(what) - 1 === point?.number ? { at: point.at, name: what } : undefined;
  await using store = await startHoldingProxy(stack.addresses.store.endpoint, ({ method, path }) =>
    holdOf(`${method} ${path.replace(/\?.*/s, '')}`),
  );
  await using temporal = await startHoldingTemporal(stack.addresses.temporal.address, holdOf);
  const child: Child = await stack.start(name, process.execPath, [entry, ...parameters], {
    S3_ENDPOINT: store.url,
    TEMPORAL_ADDRESS: temporal.address,
  });
  let hasEnded = false;
  const ended = child.exited.then((status) => {
    hasEnded = true;
    return status;
  });
  if (point === undefined) {
    const { code } = await ended;
    if (code !== 0) throw new Error(`${name} ended with ${code}`);
    return asked;
  }
  await untilDone(async () => {
    if (hasEnded) return;
    if (store.held().length + temporal.held().length === 0) throw new Error(`${name} is not there yet`);
  }, 60_000);
  if (hasEnded) throw new Error(`${name} ended before ${point.number}: ${asked.join(', ')}`);
  await child.stop({ fast: true });
  return asked.slice(0, point.number + 1);
}
