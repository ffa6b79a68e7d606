/**
 * Data as a terminal may show it: lines stay lines, and what it would obey, or would show in another order, is written as JSON
 * escapes it. JSON stays the same JSON.
 */
export function inertData(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- these are what must not reach a terminal
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
