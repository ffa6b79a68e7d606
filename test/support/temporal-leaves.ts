import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

import { eventsOf, historyChain } from './histories.ts';

/** A text that Temporal keeps, and where: numbers of lists and ids of maps are `*`. */
export interface Leaf {
  readonly place: string;
  readonly text: string;
}

/** Every text that Temporal keeps of the executions and schedules of a namespace: events, payloads, memos, attributes, words for its UI. */
export async function leavesOf(client: Client): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = [];
  const chains = new Set<string>();
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    collect('describe', raw, leaves);
    chains.add(workflowId);
  }
  for (const workflowId of chains) {
    for (const history of await historyChain(client, workflowId)) {
      for (const event of eventsOf(history)) {
        const { userMetadata, ...rest } = event;
        const [name, attributes] =
          Object.entries(rest).find(([key, value]) => key.endsWith('EventAttributes') && value != null) ?? [];
        collect(name?.replace(/EventAttributes$/, '') ?? '', attributes, leaves);
        collect('userMetadata', userMetadata, leaves);
      }
    }
  }
  for await (const { scheduleId } of client.schedule.list()) {
    const { raw } = await client.schedule.getHandle(scheduleId).describe();
    collect('schedule', raw, leaves);
  }
  return leaves;
}

function collect(place: string, value: unknown, leaves: Leaf[]): void {
  if (typeof value === 'string') {
    if (value !== '') leaves.push({ place, text: value });
    return;
  }
  if (typeof value !== 'object' || value === null || isTime(value)) return;
  if (isPayload(value)) {
    const encoding = Buffer.from(value.metadata?.['encoding'] ?? []).toString();
    if (encoding === 'binary/null') return;
    if (!encoding.startsWith('json/')) {
      leaves.push({ place: `${place}<${encoding}>`, text: Buffer.from(value.data ?? []).toString('latin1') });
      return;
    }
    collect(`${place}:`, defaultPayloadConverter.fromPayload(value), leaves);
    return;
  }
  if (value instanceof Uint8Array) {
    leaves.push({ place: `${place}<bytes>`, text: Buffer.from(value).toString('latin1') });
    return;
  }
  if (Array.isArray(value)) {
    for (const one of value) collect(`${place}.*`, one, leaves);
    return;
  }
  for (const [key, one] of Object.entries(value)) collect(`${place}.${key}`, one, leaves);
}

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && !('payloads' in value);
}

/** Numbers of 64 bits, which the library has as objects. */
function isTime(value: object): boolean {
  return 'low' in value && 'high' in value;
}
