import { createLogger, installRuntime } from '../../src/telemetry.ts';

let isInstalled = false;

/** Keeps the Temporal SDK quiet. It takes that once per process, and files may share one. */
export function quietRuntime(): void {
  if (!isInstalled) installRuntime(createLogger('fatal'));
  isInstalled = true;
}
