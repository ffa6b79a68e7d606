import type { Context } from '@temporalio/activity';

import { unlessAbsent } from '../temporal/unless-absent.ts';
import { runWorkflowId } from '../workflows/ids.ts';
import type { CallReference } from '../workflows/inputs.ts';
import { pauseSignal, resumeSignal } from '../workflows/messages.ts';
import type { HoldingRun } from './held-answers.ts';

/** The run of a call, as the one that holds an answer speaks to it. */
export function holdingRun(context: Context, { run: { runId } }: CallReference): HoldingRun {
  const handle = () => context.client.workflow.getHandle(runWorkflowId(runId));
  return {
    runId,
    pause: (holder, detail) => handle().signal(pauseSignal, { reason: 'store', detail, holder }),
    async resume(holder) {
      // It may have been terminated meanwhile.
      await unlessAbsent(() => handle().signal(resumeSignal, { reason: 'store', holder }));
    },
  };
}
