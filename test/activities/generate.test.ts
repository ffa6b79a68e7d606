import { asyncLocalStorage } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { createGenerate } from '../../src/activities/generate.ts';
import { createHeldAnswers } from '../../src/activities/held-answers.ts';
import { createPlanReader } from '../../src/activities/plan-reader.ts';
import { createSuspects, type Suspects } from '../../src/activities/suspects.ts';
import type { KeptAttempts } from '../../src/records/record.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { writePlan } from '../../src/records/run-store.ts';
import { runKeys } from '../../src/storage/keys.ts';
import type { CallReference } from '../../src/workflows/inputs.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { api, now, run, sampleCall, sampleHistory, sampleNote, samplePlan } from '../support/samples.ts';

/** A call that never gets past the gate of its lane: its page is stopped. */
async function world(changes: Parameters<typeof samplePlan>[0] = {}, suspects: Suspects = createSuspects()) {
  const store = createMemoryStore();
  await writePlan(store, run, {
    plan: samplePlan(changes),
    pageText: () => `${JSON.stringify(sampleCall())}\n`,
  });
  const key = runKeys(run).attempts(0, 1, 'haiku');
  const kept = (): readonly string[] | undefined => {
    const text = store.text(key);
    return text === undefined
      ? undefined
      : (JSON.parse(text) as KeptAttempts).attempts.map(({ attempt, code }) => `${attempt} ${code}`);
  };
  const failures: Error[] = [];
  const atGate: (readonly string[] | undefined)[] = [];
  const generate = createGenerate(
    {
      store,
      records: createRecords(store),
      plans: createPlanReader(store),
      apiId: api.id,
      now: () => now,
      random: () => 0,
      governors: {
        identity: '7@host',
        stop: () => {},
        call: () => {
          atGate.push(kept());
          return Promise.resolve(undefined);
        },
      },
    } as unknown as ActivityDependencies,
    { keyHealth: { lastSuccess: 0 }, held: createHeldAnswers(), suspects },
    { kind: 'text', deadlineMs: 1_000 },
  );
  async function stopped(
    attempt: number,
    reference: Partial<CallReference> = {},
    execution = 'first',
    heartbeatDetails?: unknown,
  ): Promise<unknown> {
    let told: unknown;
    const context = {
      info: { attempt, heartbeatDetails, workflowExecution: { runId: execution } },
      heartbeat: (details: unknown) => (told = details),
      cancellationSignal: new AbortController().signal,
      client: {},
    };
    const call = { run, page: 0, position: 0, resumed: false, ...reference };
    await expect(
      asyncLocalStorage
        .run(context as never, () => generate(call))
        .catch((error: Error) => {
          failures.push(error);
          throw error;
        }),
    ).rejects.toThrow();
    return told;
  }
  return { kept, stopped, atGate, failures };
}

describe('a call that is stopped before it is sent again', () => {
  it('has kept the attempt of a lost worker before it waits, once', async () => {
    const { kept, stopped, atGate } = await world();
    const told = await stopped(2);
    expect(atGate).toEqual([['1 lost-worker']]);
    await stopped(3, {}, 'first', told);
    expect(kept()).toEqual(['1 lost-worker']);
  });

  it('keeps nothing where nothing was sent', async () => {
    const { kept, stopped } = await world();
    await stopped(1);
    expect(kept()).toBeUndefined();
  });

  it('goes on from what was kept after its run was taken up again, and may have been sent since', async () => {
    const { kept, stopped } = await world();
    await stopped(2);
    await stopped(1, { resumed: true }, 'second');
    expect(kept()).toEqual(['1 lost-worker', '2 lost-worker']);
    await stopped(1, { resumed: true, again: 0 }, 'second');
    expect(kept()).toEqual(['1 lost-worker', '2 lost-worker']);
  });

  it('says that an earlier execution may have sent it', async () => {
    const { kept, stopped } = await world();
    await stopped(1, { resumed: true }, 'second');
    expect(kept()).toEqual(['0 lost-worker']);
  });
});

describe('a call that three workers were lost with', () => {
  const notes = [1, 2, 3].map((attempt) => sampleNote(attempt, { code: 'lost-worker' }));
  const thrice = sampleHistory({ seen: 3, notes });
  const later = { type: 'suspect', nextRetryDelay: 15_000 };

  it('goes back where it is not its turn, before it gets to the gate of its lane', async () => {
    const { stopped, atGate, failures } = await world({}, { enter: () => Promise.resolve(undefined) });
    await stopped(4, {}, 'first', thrice);
    expect(failures).toMatchObject([later]);
    expect(atGate).toEqual([]);
  });

  it('goes back as well where another one is sent while it waits there, and leaves its place', async () => {
    const left: string[] = [];
    const turn = {
      away: AbortSignal.abort(),
      take: () => Promise.resolve(false),
      leave: () => void left.push('left'),
    };
    const { stopped, failures } = await world({}, { enter: () => Promise.resolve(turn) });
    await stopped(4, {}, 'first', thrice);
    expect(failures).toMatchObject([later]);
    expect(left).toEqual(['left']);
  });
});
