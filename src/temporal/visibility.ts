/** A text as a value in a visibility query of Temporal: whatever is in it, it ends where it ends. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
