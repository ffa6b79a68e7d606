import type { RunLocation } from '../../src/storage/keys.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { pageProgressQuery, runViewQuery } from '../../src/workflows/messages.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';

/** Items of a run under way that have failed so far. */
export async function failedItems({ session }: ProcessStack, { runId }: RunLocation): Promise<number> {
  const { workflow } = session.temporal.client;
  const view = await workflow.getHandle(runWorkflowId(runId)).query(runViewQuery);
  // What a page has told its run is a little old.
  const running = await Promise.all(
    view.pages.running.map((page) =>
      workflow.getHandle(pageWorkflowId(runId, page)).query(pageProgressQuery),
    ),
  );
  return running.reduce((failed, { tally }) => failed + tally.failed, view.done.failed);
}
