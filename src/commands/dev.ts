import type { Config } from '../config.ts';
import { whenAborted } from './interrupts.ts';
import type { ProductStack } from '../local/product-stack.ts';
import { brokenStack, startLocal, STOPPING } from './session/local.ts';
import type { Terminal } from './render/terminal.ts';
import { usesServers } from './session/servers.ts';

/** Milliseconds after which commands may as well be told what is missing. */
const READY_MS = 30_000;

/**
 * Runs the local stack in the foreground until the signal.
 *
 * @param workers - processes that make the calls
 */
export async function dev(
  config: Config,
  terminal: Terminal,
  signal: AbortSignal,
  workers: number,
): Promise<void> {
  if (usesServers(config)) {
    terminal.warn(
      'TEMPORAL_… and S3_BUCKET are set, so other commands use those servers and not this stack.',
    );
  }
  terminal.say(
    `Starting Temporal, an object store and ${workers === 1 ? 'a worker' : `${workers} workers`} …`,
  );
  const stack = await startLocal(config, terminal, signal, workers);
  if (stack === undefined) {
    terminal.say('Interrupted.');
    return;
  }
  const { temporal, store, emulator } = stack.addresses;
  terminal.say(`Temporal UI   ${terminal.color.underline(temporal.uiUrl)}`);
  terminal.say(`Temporal      ${temporal.address}`);
  terminal.say(`Objects       ${store.endpoint}/${store.bucket}`);
  terminal.say(
    `API           ${emulator === undefined ? 'Pollinations' : `emulated at ${emulator}: nothing is really generated or charged`}`,
  );
  const [metrics, ...others] = stack.metrics;
  if (metrics !== undefined) {
    const more = others.length === 0 ? '' : `, and of the other workers at ${others.join(', ')}`;
    terminal.say(`Metrics       http://${metrics}/metrics${more}`);
  }
  terminal.say(`Logs          ${stack.logDir}`);
  const early = await Promise.race([stack.broken, untilReady(stack, config, signal).catch(() => undefined)]);
  if (early === undefined && !signal.aborted)
    terminal.say(
      'In another terminal: pollen-batch submit FILE --watch. Ctrl-C ends everything; runs go on at the next start.',
    );
  const broken = await Promise.race([stack.broken, whenAborted(signal)]);
  terminal.say(broken === undefined ? STOPPING : `${broken} has ended; stopping the rest …`);
  await stack.stop();
  if (broken !== undefined) throw brokenStack(broken, stack.logDir);
}

async function untilReady(
  { addresses }: ProductStack,
  { lanes }: Config,
  signal: AbortSignal,
): Promise<undefined> {
  const { untilWorkersPoll } = await import('./session/workers-ready.ts');
  const names = lanes.map(({ name }) => name);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(READY_MS)]);
  await untilWorkersPoll(addresses.temporal.address, names, patience);
}
