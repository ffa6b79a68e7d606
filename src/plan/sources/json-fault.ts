/** Longest text, in characters, that the place of a fault is looked for in, which reads it 20 times. */
const MAX_SEARCHED = 1024 * 1024;

/**
 * Where a text stops being JSON, as an offset. The engine says it for some faults; for others it names the character
 * alone, and the shortest beginning with that fault ends behind it. In a text of more than 1 MiB that is not looked for, and
 * the offset is 0.
 */
export function jsonFaultOffset(text: string, error: unknown): number {
  const message = messageOf(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  if (!isUnexpectedToken(message)) return text.length;
  if (text.length > MAX_SEARCHED) return 0;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUnexpectedToken(faultOf(text.slice(0, middle)))) bad = middle;
    else good = middle;
  }
  return good;
}

/** What is wrong with a text that is no JSON, in a few words. */
export function jsonFaultReason(error: unknown): string {
  const message = messageOf(error);
  const token = /^Unexpected token '?(.*?)'?, /su.exec(message)?.[1];
  if (token !== undefined) return `unexpected ${JSON.stringify(token)}`;
  return message.replace(/ in JSON at position .*$/su, '').replace(/^./u, (first) => first.toLowerCase());
}

function isUnexpectedToken(message: string): boolean {
  return message.startsWith('Unexpected token');
}

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
