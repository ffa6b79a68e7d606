import { pino, type Logger } from 'pino';

import { noMeters, type Meters } from './meters.ts';

/** Where a worker tells of its work. */
export interface Telemetry {
  readonly meters: Meters;
  readonly logger: Logger;
  /** Whether lines of calls have their requests in them, prompts and all. @default false */
  readonly logsPrompts?: boolean;
}

/** Tells nobody. */
export const noTelemetry: Telemetry = { meters: noMeters, logger: pino({ level: 'silent' }) };
