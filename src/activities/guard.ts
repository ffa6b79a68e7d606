import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

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
