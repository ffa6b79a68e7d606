import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { startHoldingProxy, type HoldingProxy } from '../support/holding-proxy.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { writeSampleJob } from '../support/sample-job.ts';

const key = 'sk_storerefuses00000000000000000000';

let emulator: Emulator;
let store: HoldingProxy;
let stack: ProcessStack;
/** What every write is answered, once the store has passed its probe. */
let refusal: readonly [status: number, code: string];

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'refused', key }] });
  stack = await startProcessStack({
    api: emulator.url,
    key,
    async seenAs(addresses) {
      store = await startHoldingProxy(addresses.store.endpoint, ({ method, path }) => {
        if (method !== 'PUT' || path.includes('_probe')) return undefined;
        const [status, code] = refusal;
        return { at: 'door', status, type: 'application/xml', body: `<Error><Code>${code}</Code></Error>` };
      });
      return { ...addresses, store: { ...addresses.store, endpoint: store.url } };
    },
  });
}, 120_000);

afterAll(async () => {
  await stack?.stop();
  await store?.[Symbol.asyncDispose]();
  await emulator?.close();
});

describe('a store that takes nothing any more once a submit has begun', () => {
  it.each([
    [500, 'InternalError', 'store-unreachable', 'Check that it runs'],
    [403, 'AccessDenied', 'store-unusable', 'Grant them s3:PutObject'],
    [507, 'XMinioStorageFull', 'store-unusable', 'Make room'],
    [400, 'IncompleteBody', 'store-unreachable', 'Check that its disk has room'],
  ])(
    'and says %s %s: the submit says so, with a remedy, and starts nothing',
    async (status, code, kind, remedy) => {
      refusal = [status, code];
      const file = await writeSampleJob(stack.folder, { name: `refused-${status}`, texts: 2, images: 0 });
      const { code: exit, stdout, stderr } = await stack.command('submit', file);
      expect(stderr).toMatch(new RegExp(`^${kind}: [^]*${status} ?${code}`, 'm'));
      expect(stderr).toContain(remedy);
      expect(stderr).not.toMatch(/^ +at /m);
      expect([exit, stdout]).toEqual([1, '']);
      expect(emulator.meter().generations).toBe(0);
    },
  );
});
