import { isObject } from './json.ts';

/**
 * Writes JSON with the members of every object in sorted order, so that equal values have equal bytes.
 *
 * @param asWritten members of the top object whose values keep the order they were written in.
 * @throws TypeError on values JSON cannot hold, such as functions or bigints.
 */
export function canonicalJson(value: unknown, asWritten: ReadonlySet<string> = new Set()): string {
  if (!isObject(value)) return write(value);
  return writeObject(value, (member, inner) =>
    asWritten.has(member) ? JSON.stringify(inner) : write(inner),
  );
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((inner) => write(inner ?? null)).join(',')}]`;
  if (isObject(value)) return writeObject(value, (_, inner) => write(inner));
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no place in JSON`);
  return text;
}

function writeObject(
  value: Readonly<Record<string, unknown>>,
  writeMember: (member: string, inner: unknown) => string,
): string {
  const members = Object.keys(value)
    .filter((member) => value[member] !== undefined)
    .sort()
    .map((member) => `${JSON.stringify(member)}:${writeMember(member, value[member])}`);
  return `{${members.join(',')}}`;
}
