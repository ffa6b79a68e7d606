/**
 * Whether a text can be a value in a visibility query. A server writes the query anew for its database, and loses its way
 * at a backslash and at a double quote: by such a text it finds nothing, or answers with an error.
 */
export function isQuotable(text: string): boolean {
  return !/["\\]/.test(text);
}

/**
 * A text as a value in a visibility query of Temporal: whatever is in it, it ends where it ends.
 *
 * @throws RangeError when it is not quotable
 */
export function quoted(text: string): string {
  if (!isQuotable(text)) throw new RangeError(`${text} cannot be part of a visibility query`);
  return `'${text.replaceAll("'", "''")}'`;
}
