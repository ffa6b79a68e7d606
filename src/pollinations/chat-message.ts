import { isObject, type Json } from '../json.ts';

/** Members that are an answer of their own, so that the content may be empty. */
const INSTEAD_OF_CONTENT = ['tool_calls', 'function_call', 'audio'];

/** The text of a message: its content, or the text parts of it. */
export function contentOf(message: Json): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) ? part['text'] : undefined))
    .filter((text) => typeof text === 'string')
    .join('');
}

/** Whether a message says something by other means than its content. */
export function saysOtherwise(message: Json): boolean {
  return INSTEAD_OF_CONTENT.some((member) => isPresent(message[member]));
}

/** Whether a message holds anything that its content alone would lose. */
export function hasMoreThanContent(message: Json): boolean {
  return (
    Array.isArray(message['content']) ||
    Object.keys(message).some(
      (member) => member !== 'role' && member !== 'content' && isPresent(message[member]),
    )
  );
}

/** Why the model declined, where it says so. */
export function refusalOf(message: Json): string | undefined {
  const { refusal } = message;
  return typeof refusal === 'string' && refusal !== '' ? refusal : undefined;
}

function isPresent(value: unknown): boolean {
  return value != null && value !== '' && !(Array.isArray(value) && value.length === 0);
}
