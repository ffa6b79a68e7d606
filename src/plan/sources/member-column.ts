/** The column at which a member of an object stands in its line of JSON, counted from 1; that of its parent where it does not. */
export function memberColumn(text: string, way: readonly string[]): number {
  let found = 0;
  for (const member of way) {
    // Quotes in a string are escaped, so that a quoted name with a colon is a member and nothing else.
    const pattern = new RegExp(`${escapePattern(JSON.stringify(member))}\\s*:`, 'g');
    pattern.lastIndex = found;
    const match = pattern.exec(text);
    if (match === null) break;
    found = match.index;
  }
  return found + 1;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
