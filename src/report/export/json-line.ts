/**
 * A value as a line of JSON that every reader takes. JSON may escape half of a character, as a model's answer does now and
 * then; others than JavaScript refuse it, so it is the character that stands for none, as it is in a file of text.
 */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value);
  return `${text.includes('\\ud') ? JSON.stringify(value, wholeCharacters) : text}\n`;
}

function wholeCharacters(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : value;
}
