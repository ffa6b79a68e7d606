import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import type { Scrub } from '../pollinations/secret.ts';
import { StoreError } from '../storage/store-error.ts';

/** Well below the heartbeat timeout of the steering activities. */
const HEARTBEAT_MS = 5_000;

type Activity<Input, Output> = (input: Input) => Promise<Output>;

/** Gives a storage fault its own failure type, which people see in the Temporal UI and programs switch on. */
export function withStoreFailures<Input, Output>(activity: Activity<Input, Output>): Activity<Input, Output> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw ApplicationFailure.create({
        type: error.code,
        message: `${error.code}: ${error.message}`,
        cause: error,
      });
    }
  };
}

/**
 * Takes secrets out of whatever activities throw, before Temporal keeps it: message, stack, details and causes. What they
 * throw on purpose has none; what a library throws may repeat what it was given.
 */
export function withoutSecrets<Activities extends object>(activities: Activities, scrub: Scrub): Activities {
  const guarded = Object.entries(activities).map(([name, activity]: [string, Activity<unknown, unknown>]) => [
    name,
    async (input: unknown) => {
      try {
        return await activity(input);
      } catch (error) {
        throw scrubbed(error, scrub);
      }
    },
  ]);
  return Object.fromEntries(guarded) as Activities;
}

/**
 * The same error, as it would be without secrets.
 *
 * @param above - errors that it is a cause of: where it is one of them, Temporal would follow the circle for ever
 */
function scrubbed(error: unknown, scrub: Scrub, above: ReadonlySet<unknown> = new Set()): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? scrub(error) : error;
  replace(error, 'message', scrub(error.message));
  if (error.stack !== undefined) replace(error, 'stack', scrub(error.stack));
  if (error.cause !== undefined) {
    const seen = new Set([...above, error]);
    replace(error, 'cause', seen.has(error.cause) ? undefined : scrubbed(error.cause, scrub, seen));
  }
  if (error instanceof ApplicationFailure && error.details != null) {
    const details = JSON.stringify(error.details);
    const clean = scrub(details);
    if (clean !== details) replace(error, 'details', JSON.parse(clean));
  }
  return error;
}

// Not by assignment, which errors of the platform refuse.
function replace(error: Error, name: 'message' | 'stack' | 'cause' | 'details', value: unknown): void {
  if (Reflect.get(error, name) === value) return;
  Object.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: false });
}

/** Keeps a steering activity known to be alive, so that a lost worker is noticed at once. */
export function withHeartbeat<Input, Output>(activity: Activity<Input, Output>): Activity<Input, Output> {
  return async (input) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      return await activity(input);
    } finally {
      clearInterval(beat);
    }
  };
}
