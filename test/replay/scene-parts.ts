import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

import type { RunLocation } from '../../src/storage/keys.ts';
import { runViewQuery, type RunView } from '../../src/workflows/messages.ts';
import { callsInFlight } from '../support/calls.ts';
import type { Harness, HarnessOptions } from '../support/harness.ts';
import { historyChain } from '../support/histories.ts';
import { untilDone } from '../support/until.ts';

/** By name: how the product is opened, and what goes on in it until its histories are saved. */
export type Scenes = Readonly<Record<string, readonly [HarnessOptions, (harness: Harness) => Promise<void>]>>;

/** Where the histories are. */
export const folder = fileURLToPath(new URL('./histories/', import.meta.url));

/** Saves all histories of a workflow as one way that it goes. */
export async function save(harness: Harness, name: string, workflowId: string): Promise<void> {
  const chain = await historyChain(harness.client, workflowId);
  for (const [index, history] of chain.entries()) {
    const suffix = chain.length === 1 ? '' : `-${index + 1}`;
    await writeFile(`${folder}${name}${suffix}.json.gz`, gzipSync(withoutMachine(historyToJSON(history))));
    console.log(`${name}${suffix}: ${history.events?.length ?? 0} events`);
  }
}

// Host names and stack traces are of no use to a replay, and of this machine.
function withoutMachine(json: string): string {
  return json
    .replaceAll(/"\d+@[^"]*"/g, '"worker"')
    .replaceAll(/"stackTrace":\s*"(?:[^"\\]|\\.)*"/g, '"stackTrace":""');
}

export const prompts = (count: number): string =>
  `  - prompts: [${Array.from({ length: count }, (_, index) => `bee ${index}`).join(', ')}]\n`;
/** A job's beginning, with further keys of it. */
export const head = (name: string, more = ''): string => `version: 1\nname: ${name}\n${more}items:\n`;

export async function untilView(
  harness: Harness,
  run: RunLocation,
  isIt: (view: RunView) => boolean,
): Promise<void> {
  await untilDone(async () => {
    if (!isIt(await harness.handle(run).query(runViewQuery))) throw new Error('not yet');
  }, 60_000);
}

export async function untilCalling(harness: Harness): Promise<void> {
  await untilDone(async () => {
    if ((await callsInFlight(harness.emulator)) === 0) throw new Error('not yet');
  });
}

/** An API that takes so long, called so often at once. */
export const slow = (ms: number, concurrency: number): HarnessOptions => ({
  emulator: { latency: { kind: 'fixed', ms } },
  lanes: [{ name: 'all', concurrency }],
});
