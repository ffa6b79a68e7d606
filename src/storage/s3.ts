import { createHash } from 'node:crypto';
import type { Agent, AgentOptions } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import type { S3Client } from '@aws-sdk/client-s3';

import type { ObjectStore, PutOnceResult, PutOptions, ReadOptions, StoredObject } from './object-store.ts';
import type * as Library from './s3-sdk.ts';
import { errorFacts, StoreError, toStoreError } from './store-error.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Server of an S3-compatible store, as `http://127.0.0.1:8333`. @default AWS, or what the AWS variables name */
  readonly endpoint?: string;
  /** @default the AWS chain's; `us-east-1` when an endpoint is set */
  readonly region?: string;
  /** Bucket in the path instead of the host name. @default true when an endpoint is set */
  readonly forcePathStyle?: boolean;
  /** @default the AWS chain: environment, profile, SSO, web identity, instance role */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** How many calls the caller makes at once; more wait for a free connection. */
  readonly maxConcurrency: number;
  /** Makes the agents that connect. @default Node's own, which connect directly */
  readonly agents?: (options: AgentOptions) => Promise<{ readonly http: Agent; readonly https: Agent }>;
}

/** An object store on S3, with what only its start and end need. */
export interface S3Store extends ObjectStore {
  /** The endpoint as people know it. */
  readonly server: string;
  /** Streams an object of any bucket that these credentials may read; `undefined` when there is none. */
  readonly openObject: (
    bucket: string,
    key: string,
  ) => Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly version: string } | undefined>;
  /**
   * An address from which anybody can read an object until it expires; no call is made. Credentials that expire before it
   * take it with them.
   *
   * @param seconds - 604,800 at most
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
   */
  readonly presign: (key: string, seconds: number) => Promise<string>;
  /** When the credentials expire, and with them what they have signed; `undefined` of those that do not. */
  readonly credentialsExpireAt: () => Promise<Date | undefined>;
  /** Removes an object; one that is not there is fine. */
  remove(key: string): Promise<void>;
  /** Creates the bucket; one that is there already is fine. */
  createBucket(): Promise<void>;
  /** Ends idle connections. */
  close(): void;
}

const maxAttempts = 4;
const connectionTimeoutMs = 3_000;
const requestTimeoutMs = 30_000;
// For heads and lists beside the bodies under way.
const spareSockets = 16;
const conflictTries = 8;
const conflictPauseMs = 50;

type Sdk = typeof Library;

interface Connected {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Objects in a bucket of any S3-compatible store. Makes no call by itself. */
export function createS3Store(settings: S3Settings): S3Store {
  const { bucket } = settings;
  let connecting: Promise<Connected> | undefined;
  const connected = (): Promise<Connected> =>
    (connecting ??= import('./s3-sdk.ts').then(async (sdk) => ({
      sdk,
      client: await createClient(sdk, settings),
    })));

  const get = async (key: string, options: ReadOptions = {}): Promise<StoredObject | undefined> => {
    try {
      const { sdk, client } = await connected();
      const answer = await client.send(
        new sdk.GetObjectCommand({ Bucket: bucket, Key: key }),
        abortBy(options.signal),
      );
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      const metadata = answer.Metadata ?? {};
      if (metadata['sha256'] !== undefined && metadata['sha256'] !== sha256(body)) {
        throw new StoreError(
          'store-corrupt',
          `The object ${key} is not what was stored: its sha256 differs.`,
        );
      }
      return { body, metadata, contentType: answer.ContentType ?? '', etag: answer.ETag ?? '' };
    } catch (error) {
      if (isNoSuchKey(error)) return undefined;
      throw translate(error, `read ${key}`, options.signal);
    }
  };

  const send = async (key: string, body: Uint8Array, options: PutOptions, once: boolean): Promise<void> => {
    checkMetadata(key, options.metadata);
    const { sdk, client } = await connected();
    await client.send(
      new sdk.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: options.contentType,
        ContentLength: body.byteLength,
        Metadata: { ...options.metadata, sha256: sha256(body) },
        ...(once ? { IfNoneMatch: '*' } : {}),
      }),
      abortBy(options.signal),
    );
  };

  const putOnce = async (
    key: string,
    content: Uint8Array | string,
    options: PutOptions,
  ): Promise<PutOnceResult> => {
    const body = toBytes(content);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(key, body, options, true);
        return { stored: true };
      } catch (error) {
        const { status } = errorFacts(error);
        if (status === 412) {
          const existing = await get(key, options);
          // Also the answer to our own put, when the first acknowledgement of it was lost and the client sent it again.
          if (existing !== undefined) return { stored: false, existing, same: body.equals(existing.body) };
        } else if (status !== 409) {
          throw translate(error, `store ${key}`, options.signal);
        }
        // 409: another conditional put of this key is under way. 412 and nothing there: it was removed in between.
        if (attempt === conflictTries) throw translate(error, `store ${key}`, options.signal);
        await pause(conflictPauseMs * attempt * (1 + Math.random()));
      }
    }
  };

  return {
    bucket,
    server: settings.endpoint ?? 'Amazon S3',
    get,
    putOnce,
    put: async (key, body, options) => {
      try {
        await send(key, toBytes(body), options, false);
      } catch (error) {
        throw translate(error, `store ${key}`, options.signal);
      }
    },
    head: async (key, options = {}) => {
      try {
        const { sdk, client } = await connected();
        const answer = await client.send(
          new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }),
          abortBy(options.signal),
        );
        return {
          metadata: answer.Metadata ?? {},
          contentType: answer.ContentType ?? '',
          bytes: answer.ContentLength ?? 0,
        };
      } catch (error) {
        if (errorFacts(error).status === 404) return undefined;
        throw translate(error, `look at ${key}`, options.signal);
      }
    },
    list: async function* list(prefix, options = {}) {
      const { sdk, client } = await connected();
      let token: string | undefined;
      do {
        const page = await client
          .send(
            new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
            abortBy(options.signal),
          )
          .catch((error: unknown) => {
            throw translate(error, `list ${prefix}`, options.signal);
          });
        for (const { Key: key, Size: bytes = 0, LastModified: modified = new Date(0) } of page.Contents ??
          []) {
          if (key !== undefined) yield { key, bytes, modified };
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    openObject: async (otherBucket, key) => {
      try {
        const { sdk, client } = await connected();
        const answer = await client.send(new sdk.GetObjectCommand({ Bucket: otherBucket, Key: key }));
        return {
          body: (answer.Body ?? []) as AsyncIterable<Uint8Array>,
          version: answer.VersionId ?? answer.ETag ?? '',
        };
      } catch (error) {
        if (errorFacts(error).status === 404) return undefined;
        throw translate(error, `read s3://${otherBucket}/${key}`);
      }
    },
    listFolders: async (prefix, options = {}) => {
      const { sdk, client } = await connected();
      const folders: string[] = [];
      let token: string | undefined;
      do {
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: '/',
          ContinuationToken: token,
        });
        const page = await client.send(command, abortBy(options.signal)).catch((error: unknown) => {
          throw translate(error, `list ${prefix}`, options.signal);
        });
        for (const { Prefix: folder = '' } of page.CommonPrefixes ?? []) {
          folders.push(folder.slice(prefix.length, -1));
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
      return folders;
    },
    copy: async (from, to, options) => {
      checkMetadata(to, options.metadata);
      try {
        const { sdk, client } = await connected();
        const source = `${bucket}/${from}`.split('/').map(encodeURIComponent).join('/');
        await client.send(
          new sdk.CopyObjectCommand({
            Bucket: bucket,
            Key: to,
            CopySource: source,
            MetadataDirective: 'REPLACE',
            ContentType: options.contentType,
            Metadata: { ...options.metadata, sha256: options.sha256 },
          }),
          abortBy(options.signal),
        );
        return true;
      } catch (error) {
        if (isNoSuchKey(error)) return false;
        throw translate(error, `copy ${from}`, options.signal);
      }
    },
    presign: async (key, seconds) => {
      const { sdk, client } = await connected();
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key });
      return sdk.getSignedUrl(client, command, { expiresIn: seconds });
    },
    credentialsExpireAt: async () => (await (await connected()).client.config.credentials()).expiration,
    remove: async (key) => {
      try {
        const { sdk, client } = await connected();
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        if (!isNoSuchKey(error)) throw translate(error, `delete ${key}`);
      }
    },
    createBucket: async () => {
      try {
        const { sdk, client } = await connected();
        await client.send(new sdk.CreateBucketCommand({ Bucket: bucket }));
      } catch (error) {
        // 409: it is there by now, ours or not, or being made by another worker. The next put tells.
        if (errorFacts(error).status !== 409) throw translate(error, `create the bucket ${bucket}`);
      }
    },
    close: () => void connecting?.then(({ client }) => client.destroy()).catch(() => {}),
  };
}

async function createClient(sdk: Sdk, settings: S3Settings): Promise<S3Client> {
  const { endpoint, region, credentials, maxConcurrency } = settings;
  const agent = { keepAlive: true, maxSockets: maxConcurrency + spareSockets };
  const agents = (await settings.agents?.(agent)) ?? { http: agent, https: agent };
  return new sdk.S3Client({
    maxAttempts,
    // Its steps for a kind of call are the same each time; without this they are put together anew for every call.
    cacheMiddleware: true,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without it a time-out is only a warning, and the call hangs on.
      throwOnRequestTimeout: true,
      httpAgent: agents.http,
      httpsAgent: agents.https,
    },
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          region: region ?? 'us-east-1',
          // Not every compatible server reads the newer checksums; our own sha256 is in the metadata.
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
    ...(region === undefined ? {} : { region }),
    // A copy: the client writes into it.
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    forcePathStyle: settings.forcePathStyle ?? endpoint !== undefined,
  });
}

// Without options the client takes the steps it has put together for a kind of call; with any, it makes them anew.
function abortBy(signal: AbortSignal | undefined): { abortSignal: AbortSignal } | undefined {
  return signal === undefined ? undefined : { abortSignal: signal };
}

function translate(error: unknown, action: string, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return error;
  return toStoreError(error, action);
}

// A missing bucket is a 404 too, but no answer to the question whether the object is there.
function isNoSuchKey(error: unknown): boolean {
  const { name, status } = errorFacts(error);
  return status === 404 && name !== 'NoSuchBucket';
}

// Other text would come back changed, or not leave at all; newlines could forge headers.
function checkMetadata(key: string, metadata: PutOptions['metadata'] = {}): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z0-9-]+$/u.test(name) || !/^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/u.test(value)) {
      throw new StoreError('store-rejected', `The metadata "${name}" of ${key} is not plain ASCII.`);
    }
  }
}

// Buffers, since the client can send them again, and sends them in one piece.
function toBytes(body: Uint8Array | string): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
