/** The start of a text that takes at most so many bytes in UTF-8, without half a character at its end. */
export function cutText(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.byteLength <= bytes) return text;
  let end = bytes;
  // Bytes that go on with a character start with the bits 10.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
