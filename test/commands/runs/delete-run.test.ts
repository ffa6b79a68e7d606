import { describe, expect, it } from 'vitest';

import { deleteRun, findDeletable } from '../../../src/commands/runs/delete-run.ts';
import type { RunLocation } from '../../../src/storage/keys.ts';
import { StoreError } from '../../../src/storage/store-error.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';

const run: RunLocation = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0123456789' };
const folder = 'runs/bees/bees-0123456789/';
const type = { contentType: 'application/json' };
const jobFile = { api: { id: 'emulator' }, job: { name: 'bees', entries: [] } };

async function storeWithRun(): Promise<MemoryStore> {
  const store = createMemoryStore();
  for (const name of ['job.json', 'plan/plan.json', 'items/00000/a.record.json', 'report.json', '_SUCCESS'])
    await store.put(folder + name, '{"state":"completed"}', type);
  return store;
}

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** A Temporal that knows a run, or does not, and notes what it is told to delete. Of several states and counts the last one stays. */
function temporalWith(
  statuses: string | readonly string[] | undefined,
  executions: readonly Execution[] = [],
  notices: readonly number[] = [],
) {
  const noticesLeft = [...notices];
  const deleted: Execution[] = [];
  const left = [statuses ?? []].flat();
  const client = {
    workflow: {
      getHandle: () => ({
        async describe() {
          const name = left.length > 1 ? left.shift() : left[0];
          if (name !== undefined) return { status: { name } };
          throw Object.assign(new Error('no such workflow'), { name: 'WorkflowNotFoundError' });
        },
      }),
      async *list() {
        yield* executions;
      },
      count: async () => ({ count: (noticesLeft.length > 1 ? noticesLeft.shift() : noticesLeft[0]) ?? 0 }),
    },
    workflowService: {
      async deleteWorkflowExecution({ workflowExecution }: { workflowExecution: Execution }) {
        deleted.push(workflowExecution);
      },
    },
  };
  return { client: client as never, namespace: 'default', deleted };
}

describe('delete', () => {
  it('takes what Temporal has, then the objects, and the marker and the claim last', async () => {
    const store = await storeWithRun();
    const executions = [
      { workflowId: 'job/bees-0123456789', runId: 'a' },
      { workflowId: 'job/bees-0123456789/page-00000', runId: 'b' },
    ];
    const temporal = temporalWith('COMPLETED', executions);
    await store.put('runs/bees/bees-0123456789-r2/job.json', '{}', type);
    const found = await findDeletable(store, temporal, run);
    expect(found).toMatchObject({ marker: { state: 'completed' }, bytes: 5 * 21 });
    expect(await deleteRun(store, temporal, found)).toBe(2);
    expect(temporal.deleted).toEqual(executions);
    expect(store.keys()).toEqual(['runs/bees/bees-0123456789-r2/job.json']);
    const removed = store.calls().filter((call) => call.startsWith('remove'));
    expect(removed.slice(-3)).toEqual([
      `remove ${folder}_SUCCESS`,
      `remove ${folder}_FAILED`,
      `remove ${folder}job.json`,
    ]);
  });

  it('can be done again after it was interrupted, and says what right is missing', async () => {
    const store = await storeWithRun();
    const temporal = temporalWith(undefined);
    store.failNext('remove', new StoreError('store-forbidden', 'AccessDenied'));
    const found = await findDeletable(store, temporal, run);
    await expect(deleteRun(store, temporal, found)).rejects.toMatchObject({
      code: 'store-unusable',
      remedy: expect.stringContaining('s3:DeleteObject') as string,
    });
    expect(store.keys()).toContain(`${folder}job.json`);
    await deleteRun(store, temporal, await findDeletable(store, temporal, run));
    expect(store.keys()).toEqual([]);
  });

  it('is refused at once while the run goes on', async () => {
    const store = await storeWithRun();
    await store.remove(`${folder}_SUCCESS`);
    await expect(findDeletable(store, temporalWith(['RUNNING', 'COMPLETED']), run)).rejects.toMatchObject({
      code: 'usage',
      message: 'run bees-0123456789 goes on, so it cannot be deleted',
    });
  });

  it('waits for the workflow of a run that has its marker, and is refused where that does not end', async () => {
    const store = await storeWithRun();
    const patience = { looks: 3, everyMs: 0 };
    const ending = temporalWith(['RUNNING', 'RUNNING', 'RUNNING', 'COMPLETED']);
    expect(await findDeletable(store, ending, run, patience)).toMatchObject({ run });
    const hanging = temporalWith(['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING', 'COMPLETED']);
    await expect(findDeletable(store, hanging, run, patience)).rejects.toMatchObject({
      code: 'usage',
      message: 'run bees-0123456789 is over, but its workflow has not ended yet',
      remedy: expect.stringContaining('takes a worker') as string,
    });
  });

  it('waits for notices that are under way, and tells of those that it gives up', async () => {
    const store = await storeWithRun();
    let waits = 0;
    const patience = { looks: 3, everyMs: 0, onWait: () => (waits += 1) };
    const late = temporalWith(['RUNNING', 'COMPLETED'], [], [0, 0, 1, 0]);
    expect(await findDeletable(store, late, run, patience)).toMatchObject({ notices: 0 });
    expect(await findDeletable(store, temporalWith('COMPLETED', [], [2]), run, patience)).toMatchObject({
      notices: 2,
    });
    expect(await findDeletable(store, temporalWith('COMPLETED'), run, patience)).toMatchObject({
      notices: 0,
    });
    expect(waits).toBe(2);
  });

  it('is refused while a retry refers to it, and while a run is still to take something over from it', async () => {
    const store = await storeWithRun();
    const retry = `${folder.slice(0, -1)}-retry1/`;
    await store.put(`${retry}job.json`, JSON.stringify({ ...jobFile, parent: { runId: run.runId } }), type);
    const taking = 'runs/bees/bees-aaaaaaaaaa/';
    await store.put(`${taking}plan/plan.json`, '{"digest":"d","pages":[{"page":0}]}', type);
    const reuse = { runId: run.runId, key: `${folder}items/00000/a.record.json` };
    await store.put(`${taking}plan/d/page-00000.jsonl`, JSON.stringify({ number: 1, reuse }), type);
    const other = 'runs/bees/bees-bbbbbbbbbb/';
    await store.put(`${other}job.json`, JSON.stringify(jobFile), type);
    const temporal = temporalWith('COMPLETED');
    await expect(findDeletable(store, temporal, run)).rejects.toMatchObject({
      details: ['bees-0123456789-retry1', 'bees-aaaaaaaaaa'],
    });
    await store.put(`${taking}_SUCCESS`, '{"state":"completed"}', type);
    await store.remove(`${retry}job.json`);
    expect(await findDeletable(store, temporal, run)).toMatchObject({ run });
  });
});
