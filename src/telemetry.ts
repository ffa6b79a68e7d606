import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import { pino, type Logger } from 'pino';

/** Product and SDK log into one stream of JSON lines on stderr; prompts, results and keys are never logged. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null }, pino.destination(2));
}

/** Hands the Temporal SDK our logger; once per process, before the first connection. */
export function installRuntime(logger: Logger): void {
  Runtime.install({
    // The SDK makes an entry for every start and end of a call: only where somebody reads them.
    logger: new DefaultLogger(logger.isLevelEnabled('debug') ? 'DEBUG' : 'INFO', (entry) =>
      forward(logger, entry),
    ),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } } },
    // The worker's entry decides when to drain.
    shutdownSignals: [],
  });
}

function forward(logger: Logger, { level, message, meta }: LogEntry): void {
  const method =
    level === 'TRACE'
      ? 'trace'
      : level === 'DEBUG'
        ? 'debug'
        : level === 'WARN'
          ? 'warn'
          : level === 'ERROR'
            ? 'error'
            : 'info';
  logger[method](meta ?? {}, message);
}
