import { quoted } from '../../manifest/printable.ts';
import { stringEnd } from './json-text.ts';

// By code, since a regular expression that matches whole strings has no stack for long ones.
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COLON = 0x3a;
const LIST = 0x5b;
const LIST_END = 0x5d;
const MAP = 0x7b;
const MAP_END = 0x7d;

/** Values nested deeper are not counted: no row has them. */
const MAX_DEPTH = 40;

/** Most that are told of one text. */
const TOLD = 101;

/** A name that stands twice in a map of JSON, and where it does so again. */
export interface DoubledMember {
  readonly name: string;
  readonly offset: number;
}

/**
 * Names that stand twice in a map of a text, of which a parser keeps the last value without a word. There are none where the
 * text has as many names as the value that was read from it, and that is counted ten times as fast as names are compared.
 *
 * @param text - known to be JSON
 * @param value - what was read from it
 */
export function doubledMembers(text: string, value: unknown): readonly DoubledMember[] {
  return namesAtMost(text) === countNames(value, 0) ? [] : findDoubled(text);
}

/** What is said of one. */
export function doubledMessage(name: string): string {
  return `the key ${quoted(name)} is in this map already`;
}

/** Colons behind a quote: every name has one, and a few are inside of strings. */
function namesAtMost(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    let before = at - 1;
    while (isSpace(text.charCodeAt(before))) before -= 1;
    if (text.charCodeAt(before) === QUOTE) count += 1;
  }
  return count;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === RETURN || code === TAB;
}

function countNames(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) count += countNames(element, depth + 1);
    return count;
  }
  for (const name in value) {
    count += 1;
    const member: unknown = value[name as keyof typeof value];
    if (typeof member === 'object') count += countNames(member, depth + 1);
  }
  return count;
}

function findDoubled(text: string): readonly DoubledMember[] {
  const found: DoubledMember[] = [];
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length && found.length < TOLD; at += 1) {
    const code = text.charCodeAt(at);
    if (code === MAP || code === LIST) open.push(new Set());
    else if (code === MAP_END || code === LIST_END) open.pop();
    else if (code === QUOTE) {
      const start = at;
      at = stringEnd(text, at);
      let after = at + 1;
      while (isSpace(text.charCodeAt(after))) after += 1;
      if (text.charCodeAt(after) !== COLON) continue;
      const name = String(JSON.parse(text.slice(start, at + 1)));
      const names = open.at(-1);
      if (names?.has(name) === true) found.push({ name, offset: start });
      names?.add(name);
    }
  }
  return found;
}
