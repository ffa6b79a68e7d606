import { expect, it } from 'vitest';

import { keepTellingMissing } from '../../../src/commands/session/tell-missing.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

it('asks no Temporal for runs that have ended, and says nothing of them', async () => {
  const store = createMemoryStore();
  const type = { contentType: 'application/json' };
  await store.put('runs/bees/bees-0123456789/_SUCCESS', '{"state":"completed"}', type);
  const run = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0123456789' };
  const reading = { store, temporal: () => Promise.reject(new Error('Temporal was asked')) };
  const said: string[] = [];
  const talk = { warn: (text: string) => void said.push(text) };
  await keepTellingMissing(reading, [run, run], talk, new AbortController().signal);
  expect(said).toEqual([]);
});
