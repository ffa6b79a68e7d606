import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

import { runWorkflowId } from '../../src/workflows/ids.ts';
import { openBucket } from '../checker/bucket.ts';
import type { Load } from './load/load.ts';
import type { World } from './world/world.ts';

/**
 * Keeps what tells why something does not hold: the logs of all programs, the journal of the API, and of each run that was
 * found out its histories, its objects, and how people have seen its money.
 */
export async function keepEvidence(
  { stack, emulator }: World,
  { runs }: Load,
  guilty: ReadonlySet<string>,
  folder: string,
): Promise<void> {
  await cp(stack.logDir, folder, { recursive: true });
  await writeFile(join(folder, 'journal.json'), JSON.stringify(await emulator.journal()));
  const bucket = openBucket(stack.addresses.store);
  const { client } = stack.session.temporal;
  try {
    const keys = await bucket.keys();
    for (const { runId, sights } of runs.filter((run) => guilty.has(run.runId))) {
      const write = async (name: string, data: string | Buffer): Promise<void> => {
        const file = join(folder, runId, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, data);
      };
      await write('sights.json', JSON.stringify(sights));
      for (const key of keys.filter((one) => one.includes(`/${runId}/`))) {
        await write(join('bucket', key.slice(key.indexOf(`/${runId}/`))), await bucket.get(key));
      }
      for await (const { workflowId, runId: execution } of client.workflow.list({
        query: `WorkflowId STARTS_WITH "${runWorkflowId(runId)}"`,
      })) {
        const history = await client.workflow.getHandle(workflowId, execution).fetchHistory();
        await write(`histories/${workflowId.replaceAll('/', '.')}-${execution}.json`, historyToJSON(history));
      }
    }
  } finally {
    bucket.close();
  }
}
