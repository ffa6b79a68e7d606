const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Shows control, format (such as right-to-left overrides) and lone surrogate characters as `\u{…}`: a job file may come from a stranger, and its words end up in a terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Quotes a word of the file for a message, printable and cut to 60 characters. */
export function quoted(word: string): string {
  return `\`${printable(word.length > 60 ? `${word.slice(0, 57)}...` : word)}\``;
}
