import { describe, expect, it } from 'vitest';

import { pageWorkflowId, plannedTimeOf, runIdOfWorkflow, runWorkflowId } from '../../src/workflows/ids.ts';

describe('the id of a run and that of its workflow', () => {
  it.each([
    ['bees-0a1b2c3d4e', 'job/bees-0a1b2c3d4e', undefined],
    ['bees-0a1b2c3d4e-r2', 'job/bees-0a1b2c3d4e-r2', undefined],
    ['bees-0a1b2c3d4e-20261125T060000Z', 'job/bees-0a1b2c3d4e-2026-11-25T06:00:00Z', '2026-11-25T06:00:00Z'],
    // A job may be named like a day.
    ['x-2026-11-25-0a1b2c3d4e', 'job/x-2026-11-25-0a1b2c3d4e', undefined],
  ])('%s is %s', (runId, workflowId, planned) => {
    expect(runWorkflowId(runId)).toBe(workflowId);
    expect(runIdOfWorkflow(workflowId)).toBe(runId);
    expect(plannedTimeOf(runId)).toBe(planned);
  });

  it('names the pages of a scheduled run as well', () => {
    expect(pageWorkflowId('bees-0a1b2c3d4e-20261125T060000Z', 7)).toBe(
      'job/bees-0a1b2c3d4e-2026-11-25T06:00:00Z/page-00007',
    );
  });
});
