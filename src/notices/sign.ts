import type { NoticeSecret } from './secret.ts';

/**
 * The headers by which a receiver knows that a notice is whole, of whom it is, and when it was sent: Standard Webhooks 1.0,
 * a signature for each secret.
 *
 * @param id - without a dot, and the same each time the notice is sent
 * @param at - when it is sent, in milliseconds
 */
export function signedHeaders(
  secrets: readonly NoticeSecret[],
  id: string,
  at: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const content = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${secret.sign(content)}`).join(' '),
  };
}
