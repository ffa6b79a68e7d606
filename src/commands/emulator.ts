import { emulatorKeys, startEmulator } from '../emulator/index.ts';
import type { Terminal } from './render/terminal.ts';

export interface EmulatorCommandOptions {
  /** Address to listen on. @default this machine alone */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
  /** File that keeps every request; an existing one is read back. */
  readonly journal?: string;
  /** Milliseconds until an answer. */
  readonly latencyMs: number;
}

/** Runs the stand-in for the API in the foreground until the signal. */
export async function emulator(
  options: EmulatorCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const running = await startEmulator({
    latency: { kind: 'fixed', ms: options.latencyMs },
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.journal === undefined ? {} : { journal: options.journal }),
  });
  terminal.say(`The API is emulated at ${running.url} (older routes below ${running.url}/api).`);
  terminal.say(`Key: ${emulatorKeys.secret}. Ctrl-C ends it.`);
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await running.close();
}
