import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';

/** Event names of Temporal's API, by number. */
export type HistoryEvent = NonNullable<History['events']>[number];

/** All histories of a workflow id, from its first run to where its chain of continue-as-new ends. */
export async function historyChain(client: Client, workflowId: string): Promise<readonly History[]> {
  const chain: History[] = [];
  let runId: string | undefined;
  do {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    chain.unshift(history);
    runId = eventsOf(history)[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  } while (runId !== '');
  return chain;
}

/** The events of a history. */
export function eventsOf(history: History): readonly HistoryEvent[] {
  return history.events ?? [];
}

/** Every payload of a history as text: inputs, results, details of failures, memos, search attributes. */
export function payloadsOf(history: History): readonly string[] {
  const found: string[] = [];
  collect(history, found, new Set());
  return found.filter((text) => text !== '');
}

/** Everything a history says in words: payloads, and all texts outside of them. */
export function textOf(history: History): string {
  const texts = JSON.stringify(history, (_key, value: unknown) =>
    value instanceof Uint8Array ? undefined : value,
  );
  return [texts, ...payloadsOf(history)].join('\n');
}

function collect(value: unknown, found: string[], seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Uint8Array) {
    found.push(Buffer.from(value).toString('utf8'));
    return;
  }
  for (const nested of Object.values(value)) collect(nested, found, seen);
}
