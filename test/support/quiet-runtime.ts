import { createLogger } from '../../src/telemetry/logger.ts';
import { installRuntime } from '../../src/telemetry/runtime.ts';

let isInstalled = false;

/** Keeps the Temporal SDK quiet. It takes that once per process, and files may share one. */
export function quietRuntime(): void {
  if (!isInstalled) installRuntime(createLogger('fatal'));
  isInstalled = true;
}
