import type { Config } from '../../config.ts';
import { emulatorKeys } from '../../emulator/index.ts';
import { PollenBatchError } from '../../errors.ts';
import { startProductStack, type ProductStack } from '../../local/product-stack.ts';
import { whenAborted } from '../interrupts.ts';
import type { Terminal } from '../render/terminal.ts';

/** Whether a local stack calls the emulator: when there is neither a key, nor a base URL, nor the wish to go without. */
export function usesEmulator({ api }: Config): boolean {
  return api.key === undefined && api.base === undefined && !api.anonymous;
}

/** Said when a stack ends at somebody's wish. */
export const STOPPING =
  'Stopping. Calls in flight finish first, as they are paid for; Ctrl-C again ends everything at once.';

/**
 * Starts the local stack of a configuration, telling the terminal what takes time.
 *
 * @returns `undefined` when the signal came first; what had been started then ends
 */
export async function startLocal(
  config: Config,
  terminal: Terminal,
  signal: AbortSignal,
  workers = 1,
): Promise<ProductStack | undefined> {
  const starting = start(config, terminal, workers);
  const stack = await Promise.race([starting, whenAborted(signal)]);
  if (stack === undefined) void starting.then((late) => late.stop({ fast: true })).catch(() => {});
  return stack;
}

function start(config: Config, terminal: Terminal, workers: number): Promise<ProductStack> {
  return startProductStack({
    workers,
    dataDir: config.dataDir,
    cacheDir: config.cacheDir,
    path: config.path,
    ...(config.metrics === undefined ? {} : { metrics: config.metrics }),
    environment: {
      ...process.env,
      ...(config.api.anonymous ? { POLLINATIONS_ANONYMOUS: 'true' } : {}),
    },
    onProgress: (sentence) => terminal.say(terminal.color.dim(sentence)),
    ...(config.temporalBinary === undefined ? {} : { temporalBinary: config.temporalBinary }),
    ...(config.weedBinary === undefined ? {} : { weedBinary: config.weedBinary }),
    ...(usesEmulator(config) ? { emulatorKey: emulatorKeys.secret } : {}),
  });
}

/** The error of a stack that lost one of its programs. */
export function brokenStack(program: string, logDir: string): PollenBatchError {
  return new PollenBatchError('internal', `${program} of the local stack ended by itself`, {
    remedy: `Its log below ${logDir} tells why. Nothing is lost: the same command goes on where it was.`,
  });
}
