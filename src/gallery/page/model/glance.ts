const LINES = 8;
const LONGEST = 120;
/** Longest list or object that is written out. */
const SHORT = 48;

/** The first members of JSON text, each a name and its value on one line; lists and objects say their size. */
export function glanceAt(text: string): readonly (readonly [name: string, value: string])[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [['', text.slice(0, LINES * LONGEST)]];
  }
  if (typeof value !== 'object' || value === null) return [['', cut(JSON.stringify(value))]];
  const entries = Object.entries(value);
  const lines = entries.slice(0, LINES).map(([name, member]) => [name, inOneLine(member)] as const);
  return entries.length > LINES
    ? [...lines.slice(0, -1), ['', `and ${entries.length - LINES + 1} more`]]
    : lines;
}

function inOneLine(value: unknown): string {
  if (typeof value === 'string') return cut(value);
  const text = JSON.stringify(value);
  if (text.length <= SHORT || typeof value !== 'object' || value === null) return cut(text);
  return Array.isArray(value) ? `[ ${value.length} ]` : `{ ${Object.keys(value).length} }`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
