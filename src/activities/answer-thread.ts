import { parentPort } from 'node:worker_threads';

import { compileSchema, type SchemaCheck } from '../plan/answer-schema.ts';
import type { Asked, Told } from './check-apart.ts';

// A thread of its own: holds values against schemas, one after the other, until it is ended.
const checks = new Map<string, SchemaCheck>();

parentPort?.on('message', ({ schema, value, all }: Asked) => tell(problemsOf(schema, value, all)));
tell('ready');

function tell(told: Told): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  parentPort?.postMessage(told);
}

function problemsOf(schema: string, value: string, all: boolean): readonly string[] {
  try {
    const check =
      checks.get(schema) ?? compileSchema(JSON.parse(schema) as Parameters<typeof compileSchema>[0]);
    checks.set(schema, check);
    return check(JSON.parse(value), { all });
  } catch (error) {
    return [`it could not be checked: ${error instanceof Error ? error.message : String(error)}`];
  }
}
