/** Finds the name that a typing error most likely meant; `undefined` when none is near. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const plain = simplify(name);
  // Two letters swapped are two edits; short words are near to everything.
  const limit = plain.length < 3 ? 0 : plain.length < 5 ? 1 : Math.max(2, Math.floor(plain.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(plain, simplify(candidate), limit);
    if (distance <= limit && (best === undefined || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name;
}

/** `maxTokens`, `max-tokens` and `max_tokens` are one name to a person. */
function simplify(name: string): string {
  return name.slice(0, 64).toLowerCase().replace(/[_-]/g, '');
}

/** Levenshtein distance; words whose lengths alone differ by more than `limit` are not compared. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let index = 0; index < left.length; index += 1) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (row[column - 1] ?? 0) + (right[column - 1] === left[index] ? 0 : 1);
      next.push(Math.min(substitution, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? limit + 1;
}
