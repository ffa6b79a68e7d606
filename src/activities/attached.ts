import { sha256 as sha256Of } from '../plan/digest.ts';
import { attachmentsOf, type Attachments } from '../pollinations/attachments.ts';
import { formatOf } from '../pollinations/image-format.ts';
import { isOfItems, runKeys, type RunLocation } from '../storage/keys.ts';
import type { FailedRecord } from '../records/record.ts';
import { createByteBudget } from '../byte-budget.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Resolution } from './resolution.ts';

/** Most bytes that a request may carry in attachments; as base64 in JSON they are a third more. */
export const ATTACHED_BYTES = 20 * 1024 * 1024;

/** Bytes that all calls of this process may carry at once; each is there several times over while it is sent. */
const budget = createByteBudget(200 * 1024 * 1024);

/**
 * Waits until the process may hold the bytes that a request carries.
 *
 * @returns says that they are held no longer
 */
export async function reserveAttached(
  { call: { call }, images }: Resolution,
  signal: AbortSignal,
): Promise<() => void> {
  const wanted = attachmentsOf(call.request.body ?? '');
  if (wanted.length === 0) return () => {};
  const known = wanted.map(
    (sha256) =>
      images?.[sha256]?.bytes ?? call.attachments?.find((planned) => planned.sha256 === sha256)?.bytes,
  );
  const bytes = known.reduce<number>((sum, size) => sum + (size ?? ATTACHED_BYTES), 0);
  return budget.take(Math.min(bytes, ATTACHED_BYTES), signal);
}

/** Reads the bytes that a request carries; `undefined` when it carries none. */
export async function readAttached(
  { store }: ActivityDependencies,
  run: RunLocation,
  { call: { call }, images }: Resolution,
): Promise<{ readonly attachments: Attachments } | { readonly fault: FailedRecord['fault'] } | undefined> {
  const wanted = attachmentsOf(call.request.body ?? '');
  if (wanted.length === 0) return undefined;
  const found = new Map<string, { readonly contentType: string; readonly body: Uint8Array }>();
  let bytes = 0;
  for (const sha256 of wanted) {
    const key = images?.[sha256]?.key ?? runKeys(run).input(sha256);
    const isOwn = isOfItems(runKeys(run).root, key) || key === runKeys(run).input(sha256);
    const body = isOwn ? (await store.get(key))?.body : undefined;
    if (body === undefined || sha256Of(body) !== sha256) {
      const missing = isOwn ? 'is missing from the bucket' : "is none of the run's";
      const what = body === undefined ? missing : 'has other bytes than it had';
      return {
        fault: {
          code: 'attachment-unusable',
          message: `${key} ${what}`,
          remedy: 'Look for who changed the bucket, and submit the job as a new run.',
        },
      };
    }
    bytes += body.byteLength;
    if (bytes > ATTACHED_BYTES) {
      return {
        fault: {
          code: 'request-too-large',
          message: `the images of the request have more than ${ATTACHED_BYTES} bytes together`,
          remedy: 'Use fewer or smaller images in one call.',
        },
      };
    }
    const planned = call.attachments?.find((attachment) => attachment.sha256 === sha256);
    const contentType =
      planned?.contentType ?? formatOf(body)?.contentType ?? images?.[sha256]?.contentType ?? 'image/png';
    found.set(sha256, { contentType, body });
  }
  return { attachments: found };
}
