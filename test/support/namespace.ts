import { randomUUID } from 'node:crypto';

import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

import { untilDone } from './until.ts';

const day = 24 * 60 * 60 * 1000;

// Numbers of Temporal's IndexedValueType.
const searchAttributes = {
  PollenJob: 2,
  PollenState: 2,
  PollenLabels: 7,
  PollenModels: 7,
  PollenCost: 4,
} as const;

/**
 * A namespace of its own for a test: task queues have fixed names, so two tests that share a namespace would work on
 * each other's runs. It takes some 50 ms.
 *
 * @param searchable - with the Pollen search attributes
 */
export async function createNamespace(connection: Connection, searchable: boolean): Promise<string> {
  const { workflowService, operatorService } = connection;
  const namespace = `test-${randomUUID()}`;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(day) });
  // The server's services learn of a new namespace one after the other.
  if (searchable) await untilDone(() => operatorService.addSearchAttributes({ namespace, searchAttributes }));
  const query = searchable ? 'PollenCost > 0' : '';
  await untilDone(() => workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query }));
  return namespace;
}
