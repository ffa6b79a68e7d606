import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';

import { standingOf } from '../../src/activities/given-up.ts';

const page = { workflowId: 'job/bees/page-0', runId: 'page-run' };
const parent = { workflowId: 'job/bees', runId: 'first' };

/** What an activity of a page sees of a server that knows these executions by id and run. */
function seen(statuses: Readonly<Record<string, string | Error>>): Context {
  const getHandle = (workflowId: string, runId?: string) => ({
    async describe() {
      const status = statuses[`${workflowId} ${runId ?? 'latest'}`] ?? new Error('unavailable');
      if (status instanceof Error) throw status;
      return {
        status: { name: status },
        ...(workflowId === page.workflowId ? { parentExecution: parent } : {}),
      };
    },
  });
  const connection = { withDeadline: (_at: number, ask: () => Promise<unknown>) => ask() };
  return {
    client: { workflow: { getHandle }, connection },
    info: { workflowExecution: page },
  } as unknown as Context;
}

const own = `${page.workflowId} ${page.runId}`;

describe('a call', () => {
  it.each([
    ['awaited while its page goes on', 'awaited', { [own]: 'RUNNING' }],
    [
      'given up by a page that has ended before its run',
      'given-up',
      { [own]: 'COMPLETED', 'job/bees first': 'RUNNING' },
    ],
    [
      'not given up where its run was ended from outside and goes on as another execution, which calls it again',
      'ended',
      { [own]: 'TERMINATED', 'job/bees first': 'TERMINATED', 'job/bees latest': 'RUNNING' },
    ],
    [
      'over where the server knows no more of its page',
      'ended',
      { [own]: new WorkflowNotFoundError('gone', page.workflowId, page.runId) },
    ],
    ['in doubt where the server does not say', 'unknown', {}],
    ['in doubt where it does not say how the run stands', 'unknown', { [own]: 'COMPLETED' }],
  ] as const)('is %s', async (_title, standing, statuses) => {
    expect(await standingOf(seen(statuses))).toBe(standing);
  });
});
