import { expect, it } from 'vitest';

import { explained } from '../../../src/commands/results/target-store.ts';
import type { S3Store } from '../../../src/storage/s3.ts';
import { StoreError, type StoreErrorCode } from '../../../src/storage/store-error.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

function refusing(code: StoreErrorCode): S3Store {
  const refuse = () => Promise.reject(new StoreError(code, 'no'));
  const store: S3Store = {
    ...createMemoryStore(),
    bucket: 'archive',
    server: 'http://there.example',
    openObject: refuse,
    presign: (key: string) => Promise.resolve(key),
    credentialsExpireAt: () => Promise.resolve(undefined),
    createBucket: refuse,
    close: () => {},
    get: refuse,
    head: refuse,
    putOnce: refuse,
    // oxlint-disable-next-line require-yield -- it refuses
    list: async function* list() {
      throw new StoreError(code, 'no');
    },
  };
  return explained(store);
}

it.each([
  ['store-missing', 'usage', 'no bucket archive', '--to'],
  ['store-forbidden', 'store-unusable', 'may not write, read and list in the bucket archive', 's3:PutObject'],
  ['store-full', 'store-unusable', 'no room left in the bucket archive', 'Make room'],
  ['store-unavailable', 'store-unreachable', 'http://there.example', 'runs'],
] as const)('says of what it is copied to what that refuses: %s', async (code, told, message, remedy) => {
  const store = refusing(code);
  const error = {
    code: told,
    message: expect.stringContaining(message),
    remedy: expect.stringContaining(remedy),
  };
  await expect(store.get('a')).rejects.toMatchObject(error);
  await expect(store.head('a')).rejects.toMatchObject(error);
  await expect(store.putOnce('a', '', { contentType: '' })).rejects.toMatchObject(error);
  await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(error);
});
