const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the string that starts at an offset of a text of JSON has its closing quote. */
export function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
