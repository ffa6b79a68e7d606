import { pino, type Logger } from 'pino';

/** Product and SDK log into one stream of JSON lines on stderr; answers and keys are never logged. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null }, pino.destination(2));
}
