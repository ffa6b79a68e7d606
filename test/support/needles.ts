/** The forms of a secret: as it is, in hex, percent-escaped, in UTF-16, and in base64 at each of its three offsets. */
export function needlesOf(secret: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const needles = new Map<string, Buffer>([
    ['as it is', bytes],
    ['hex', Buffer.from(hex)],
    ['upper-case hex', Buffer.from(hex.toUpperCase())],
    ['percent-escaped', Buffer.from(hex.replaceAll(/../gu, '%$&'))],
    ['percent-escaped in upper case', Buffer.from(hex.toUpperCase().replaceAll(/../gu, '%$&'))],
    ['UTF-16', Buffer.from(secret, 'utf16le')],
    ['escaped for URLs', Buffer.from(encodeURIComponent(secret))],
    ['escaped for JSON', Buffer.from(JSON.stringify(secret).slice(1, -1))],
  ]);
  for (const offset of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // The characters at both ends also depend on the neighbours.
    const firstOwn = Math.ceil((offset * 8) / 6);
    const lastOwn = Math.floor((shifted.length * 8) / 6);
    for (const encoding of ['base64', 'base64url'] as const) {
      needles.set(
        `${encoding} at offset ${offset}`,
        Buffer.from(shifted.toString(encoding).slice(firstOwn, lastOwn)),
      );
    }
  }
  return needles;
}
