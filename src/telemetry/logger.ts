import { pino, type Logger } from 'pino';

import { scrubPatterns, type Scrub } from '../pollinations/secret.ts';

/**
 * Product and SDK log into one stream of JSON lines on stderr; answers and keys are never logged.
 *
 * @param scrub - takes secrets out of each line, whoever wrote it. @default what looks like a key
 */
export function createLogger(level: string, scrub: Scrub = scrubPatterns): Logger {
  return pino({ level, base: null, hooks: { streamWrite: scrub } }, pino.destination(2));
}
