import { PollenBatchError } from '../../errors.ts';
import type { ListedObject } from '../../storage/object-store.ts';
import { explainStore } from '../../storage/probe.ts';
import type { S3Store } from '../../storage/s3.ts';
import { classifyStoreError } from '../../storage/store-error.ts';

/** The store that a run is copied to: what it refuses is told of it, and not of the run's own. */
export function explained(store: S3Store): S3Store {
  const told = <Value>(answer: Promise<Value>): Promise<Value> =>
    answer.catch((error: unknown) => {
      throw explain(error, store);
    });
  return {
    ...store,
    head: (key, options) => told(store.head(key, options)),
    get: (key, options) => told(store.get(key, options)),
    putOnce: (key, body, options) => told(store.putOnce(key, body, options)),
    async *list(prefix, options): AsyncGenerator<ListedObject> {
      try {
        yield* store.list(prefix, options);
      } catch (error) {
        throw explain(error, store);
      }
    },
  };
}

function explain(error: unknown, store: S3Store): unknown {
  if (error instanceof PollenBatchError) return error;
  if (classifyStoreError(error) !== 'store-missing') return explainStore(error, store);
  return new PollenBatchError('usage', `there is no bucket ${store.bucket} at ${store.server}`, {
    remedy: 'Create it, or correct --to.',
    cause: error,
  });
}
