import { PollenBatchError } from '../errors.ts';
import { probeKey, type RunLocation } from './keys.ts';
import type { ReadOptions } from './object-store.ts';
import type { S3Store } from './s3.ts';
import { classifyStoreError, errorFacts, StoreError } from './store-error.ts';

/**
 * Makes the store ready and proves that it keeps the one promise everything rests on: a conditional put is refused where
 * an object is. Creates the bucket if it is not there and may be created. Leaves one scratch object of a few bytes per
 * prefix, since it asks for no right to delete.
 *
 * @throws PollenBatchError `store-unreachable` when nothing answers; `store-unusable` for everything that waiting does
 * not mend.
 */
export async function prepareStore(
  store: S3Store,
  location: Pick<RunLocation, 'prefix' | 'emulated'>,
): Promise<void> {
  const key = probeKey(location);
  try {
    await withBucket(store, () => checkConditionalPut(store, key));
    await checkReading(store, key);
  } catch (error) {
    throw error instanceof PollenBatchError ? error : explainStore(error, store);
  }
}

// No look at the bucket beforehand: that takes a right of its own, which a writer of objects may not have.
async function withBucket(store: S3Store, use: () => Promise<void>): Promise<void> {
  try {
    await use();
    return;
  } catch (error) {
    if (classifyStoreError(error) !== 'store-missing') throw error;
  }
  try {
    await store.createBucket();
  } catch (error) {
    if (classifyStoreError(error) === 'store-unavailable') throw error;
    throw new PollenBatchError(
      'store-unusable',
      `There is no bucket ${store.bucket}, and it could not be created.`,
      {
        remedy: 'Create it, or allow these credentials to, or set S3_BUCKET to another one.',
        cause: error,
      },
    );
  }
  await use();
}

async function checkConditionalPut(store: S3Store, key: string): Promise<void> {
  await store.putOnce(key, PROBE, { contentType: PROBE_TYPE });
  if (!(await refusesSecondPut(store, key))) throw ignoresConditions(store);
}

/** What the scratch object holds. */
export const PROBE = 'pollen-batch: first put\n';
export const PROBE_TYPE = 'text/plain; charset=utf-8';

/** Whether a conditional put is refused where the scratch object is. */
export async function refusesSecondPut(
  store: S3Store,
  key: string,
  read: ReadOptions = {},
): Promise<boolean> {
  const options = { contentType: PROBE_TYPE, ...read };
  const second = await store.putOnce(key, 'pollen-batch: second put, to be refused\n', options);
  return !second.stored && !second.same;
}

/** The error of a store that overwrites where it must not. */
export function ignoresConditions({ server }: Pick<S3Store, 'server'>): PollenBatchError {
  return new PollenBatchError('store-unusable', `The store at ${server} ignores conditional puts.`, {
    remedy:
      'Use a store that supports If-None-Match on PUT: Amazon S3, MinIO, Silo, SeaweedFS 4.48 or newer. ' +
      'Without it two workers could overwrite one another and an answer be paid twice.',
  });
}

async function checkReading(store: S3Store, key: string): Promise<void> {
  const [head, object] = [await store.head(key), await store.get(key)];
  const listed = await isListed(store, key);
  if (head !== undefined && object !== undefined && listed) return;
  throw new PollenBatchError(
    'store-unusable',
    `The store at ${store.server} does not show what it has stored.`,
    {
      remedy: 'Use a store whose reads and lists see every completed write.',
      details: [
        `HEAD: ${seen(head !== undefined)}`,
        `GET: ${seen(object !== undefined)}`,
        `LIST: ${seen(listed)}`,
      ],
    },
  );
}

/** Whether a list shows the scratch object. */
export async function isListed(store: S3Store, key: string, read: ReadOptions = {}): Promise<boolean> {
  for await (const entry of store.list(key, read)) if (entry.key === key) return true;
  return false;
}

function seen(isSeen: boolean): string {
  return isSeen ? 'object seen' : 'object not seen';
}

const strangerNames = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
]);

/** Whether the store refuses whoever comes with these credentials and this clock, whatever is asked for. */
export function isStranger(error: unknown): boolean {
  const { name, status } = errorFacts(error instanceof StoreError ? error.cause : error);
  return (
    strangerNames.has(name) ||
    name === 'CredentialsProviderError' ||
    name === 'RequestTimeTooSkewed' ||
    status === 401
  );
}

/** Says in words what the store refused or could not do, and what to do about it. */
export function explainStore(error: unknown, store: Pick<S3Store, 'server' | 'bucket'>): PollenBatchError {
  const origin = error instanceof StoreError ? error.cause : error;
  const { name, code, status } = errorFacts(origin);
  const where = `the object store at ${store.server}`;
  const reason = [status, name === 'Error' ? undefined : name, code]
    .filter((part) => part !== undefined)
    .join(' ');
  const unusable = (message: string, remedy: string): PollenBatchError =>
    new PollenBatchError('store-unusable', message, { remedy, details: [reason], cause: error });
  const kind = classifyStoreError(error);
  if (kind === 'store-unavailable') {
    return new PollenBatchError(
      'store-unreachable',
      `No usable answer from ${where}${reason === '' ? '' : ` (${reason})`}.`,
      {
        remedy:
          name === 'IncompleteBody'
            ? 'Check that its disk has room left, and that nothing on the way cuts off what is sent.'
            : 'Check that it runs, and that S3_ENDPOINT names it.',
        cause: error,
      },
    );
  }
  if (name === 'CredentialsProviderError') {
    return unusable(
      `There are no credentials for ${where}.`,
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    );
  }
  if (strangerNames.has(name) || status === 401) {
    return unusable(
      `The credentials are not those of ${where}.`,
      'Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
  if (name === 'RequestTimeTooSkewed') {
    return unusable(
      `The clock of this machine differs too much from that of ${where}.`,
      'Set the clock, best by NTP: signatures are only good for 15 minutes.',
    );
  }
  if (kind === 'store-forbidden') {
    return unusable(
      `The credentials may not write, read and list in the bucket ${store.bucket} of ${where}.`,
      `Grant them s3:PutObject and s3:GetObject on its objects, and s3:ListBucket on ${store.bucket}.`,
    );
  }
  if (kind === 'store-full') {
    return unusable(
      `There is no room left in the bucket ${store.bucket} of ${where}.`,
      'Make room, or raise the quota.',
    );
  }
  if (status === 501) {
    return unusable(
      `The store at ${store.server} has no conditional puts.`,
      'Use a store that supports If-None-Match on PUT.',
    );
  }
  if (status === 301 || name === 'AuthorizationHeaderMalformed') {
    return unusable(
      `The bucket ${store.bucket} is in another region.`,
      "Set S3_REGION to the bucket's region.",
    );
  }
  if (name === 'InvalidBucketName') {
    return unusable(
      `"${store.bucket}" cannot be the name of a bucket.`,
      'Set S3_BUCKET to 3 to 63 lower-case letters, digits and hyphens.',
    );
  }
  return unusable(`Refused by ${where}.`, 'Check S3_ENDPOINT, S3_BUCKET and S3_REGION.');
}
