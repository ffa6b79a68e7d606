import { stringEnd } from './json-text.ts';

/** The column at which a member of an object stands in its line of JSON, counted from 1; that of its parent where it does not. */
export function memberColumn(text: string, way: readonly string[]): number {
  let found = 0;
  let start = text.search(/\S/);
  for (const name of way) {
    const member = findMember(text, start, name);
    if (member === undefined) break;
    found = member.key;
    start = member.value;
  }
  return found + 1;
}

/** Of several members of a name the last, since it is the one that counts. */
function findMember(
  text: string,
  start: number,
  name: string,
): { readonly key: number; readonly value: number } | undefined {
  if (text[start] !== '{') return undefined;
  let member: { readonly key: number; readonly value: number } | undefined;
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '"') {
      const key = at;
      at = stringEnd(text, at);
      const value = depth === 1 ? valueStart(text, at + 1) : undefined;
      if (value !== undefined && nameOf(text.slice(key + 1, at)) === name) member = { key, value };
    }
    if (depth === 0) break;
  }
  return member;
}

function nameOf(written: string): unknown {
  return written.includes('\\') ? JSON.parse(`"${written}"`) : written;
}

/** Where the value of a name that ends here starts; `undefined` for a text that is a value itself. */
function valueStart(text: string, end: number): number | undefined {
  let at = end;
  while (/\s/.test(text[at] ?? '')) at += 1;
  if (text[at] !== ':') return undefined;
  at += 1;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}
