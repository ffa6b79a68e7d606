/** Bytes that stand in a request's body as `"url":"attachment:<sha256>"`, by their sha256. */
export type Attachments = ReadonlyMap<string, { readonly contentType: string; readonly body: Uint8Array }>;

/** How a body names bytes that are put in when it is sent. Quotes within texts are escaped, so no prompt looks like it. */
const NAMED = /"url":"attachment:([0-9a-f]{64})"/g;

/** The sha256 of every attachment that a body names, each once. */
export function attachmentsOf(body: string): readonly string[] {
  return [...new Set([...body.matchAll(NAMED)].map(([, sha256 = '']) => sha256))];
}

/**
 * Puts attachments into a body as data URLs.
 *
 * @throws RangeError when one that the body names is not given
 */
export function withAttachments(body: string, attachments: Attachments): string {
  return body.replaceAll(NAMED, (_named, sha256: string) => {
    const attachment = attachments.get(sha256);
    if (attachment === undefined) throw new RangeError(`attachment ${sha256} is not at hand`);
    const { contentType, body: bytes } = attachment;
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return `"url":"data:${contentType};base64,${base64}"`;
  });
}
