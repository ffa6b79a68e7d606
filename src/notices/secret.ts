import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';

import { PollenBatchError } from '../errors.ts';

const REDACTED = '[redacted]';
/** Of Standard Webhooks: 24 to 512 bytes, of which nobody can guess one. */
const LEAST_BYTES = 24;
const MOST_BYTES = 512;

/** A secret that signs notices, and cannot be printed by accident. */
export interface NoticeSecret {
  /** HMAC-SHA256 in base64. */
  sign(content: string): string;
  toString(): string;
  toJSON(): string;
}

/**
 * Reads the secrets of notices, one a word: `whsec_` and base64, as Standard Webhooks writes them. Libraries of receivers
 * decode base64 without `whsec_` as well, so any other text would be another key there. While one is being replaced there are two.
 *
 * @throws PollenBatchError `config-invalid` where one has no `whsec_`, or is too short, too long or no base64; the message
 * never repeats it
 */
export function createNoticeSecrets(text: string): readonly NoticeSecret[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => createNoticeSecret(bytesOf(word)));
}

function createNoticeSecret(key: Buffer): NoticeSecret {
  return {
    sign: (content) => createHmac('sha256', key).update(content).digest('base64'),
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  } as NoticeSecret;
}

function bytesOf(word: string): Buffer {
  const encoded = /^whsec_(.*)$/.exec(word)?.[1];
  if (encoded === undefined) throw wrongSecret('it does not begin with whsec_');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw wrongSecret('no base64 stands after its whsec_');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.byteLength < LEAST_BYTES) throw wrongSecret(`it has less than ${LEAST_BYTES} bytes`);
  if (bytes.byteLength > MOST_BYTES) throw wrongSecret(`it has more than ${MOST_BYTES} bytes`);
  return bytes;
}

function wrongSecret(why: string): PollenBatchError {
  return new PollenBatchError('config-invalid', `a secret of notices cannot be used: ${why}`, {
    remedy: 'Make one with `echo "whsec_$(openssl rand -base64 32)"`, and give it to the receiver as well.',
  });
}
