import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

import { runWorkflowId } from '../../src/workflows/ids.ts';

/** Pages whose histories are read whole, besides all executions of the run itself. */
const SAMPLE = 8;

/** The longest history and the largest one; need not be the same. */
export interface LargestHistory {
  readonly events: number;
  readonly bytes: number;
}

/** The histories of a run that has ended. */
export interface Histories {
  /** Executions, those that continued as new among them. */
  readonly workflows: number;
  readonly events: number;
  readonly bytes: number;
  readonly parent: LargestHistory;
  readonly page: LargestHistory;
  /** Of all executions of the run's own workflow, and of some pages: the largest ones and others evenly. */
  readonly largestPayloadBytes: number;
}

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
  readonly historyLength: number;
  readonly historySize: number;
}

/**
 * Measures all executions of a run that has ended.
 *
 * Lengths and sizes are what the server keeps with a workflow that is closed, so that no history is read for them.
 */
export async function measureHistories(client: Client, runId: string): Promise<Histories> {
  const parentId = runWorkflowId(runId);
  const all = await listClosed(client, `WorkflowId = "${parentId}" OR WorkflowId STARTS_WITH "${parentId}/"`);
  const parents = all.filter(({ workflowId }) => workflowId === parentId);
  const pages = all.filter(({ workflowId }) => workflowId !== parentId);
  let largestPayloadBytes = 0;
  for (const { workflowId, runId: execution } of [...parents, ...sampleOf(pages)]) {
    const { events } = await client.workflow.getHandle(workflowId, execution).fetchHistory();
    largestPayloadBytes = Math.max(largestPayloadBytes, largestPayload(events));
  }
  return {
    workflows: all.length,
    events: sum(all.map(({ historyLength }) => historyLength)),
    bytes: sum(all.map(({ historySize }) => historySize)),
    parent: largest(parents),
    page: largest(pages),
    largestPayloadBytes,
  };
}

/** The search index learns of an end a little later, and of lengths and sizes with it. */
async function listClosed(client: Client, query: string): Promise<readonly Execution[]> {
  for (;;) {
    const all: Execution[] = [];
    let open = 0;
    for await (const { workflowId, runId, historyLength, historySize = 0, status } of client.workflow.list({
      query,
    })) {
      if (status.name === 'RUNNING') open += 1;
      all.push({ workflowId, runId, historyLength, historySize });
    }
    if (open === 0) return all;
    await pause(500);
  }
}

function sampleOf(pages: readonly Execution[]): readonly Execution[] {
  const bySize = pages.toSorted((left, right) => right.historySize - left.historySize);
  const step = Math.max(1, pages.length / SAMPLE);
  // The first of them is the largest.
  return bySize.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function largest(executions: readonly Execution[]): LargestHistory {
  return {
    events: Math.max(0, ...executions.map(({ historyLength }) => historyLength)),
    bytes: Math.max(0, ...executions.map(({ historySize }) => historySize)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

// A payload is the one thing in a history that has data.
function largestPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  const own = 'data' in value && value.data instanceof Uint8Array ? value.data.byteLength : 0;
  return Object.values(value).reduce((most: number, part) => Math.max(most, largestPayload(part)), own);
}
