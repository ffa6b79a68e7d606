/**
 * A value as JSON that every reader takes. JSON may escape half of a character, as a model's answer does now and then; others
 * than JavaScript refuse it, so it is the character that stands for none, as it is in a file of text.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\ud') ? JSON.stringify(value, wholeCharacters) : text;
}

/** The same as a value, for who makes JSON of it. */
export function wholeJson(value: object): object {
  return JSON.stringify(value).includes('\\ud') ? (JSON.parse(jsonText(value)) as object) : value;
}

/** The same as a line of a file. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

function wholeCharacters(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : value;
}
