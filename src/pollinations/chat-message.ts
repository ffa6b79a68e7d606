import { isObject, type Json } from '../json.ts';

/** Deeper than any answer is, and far from where writing it would exhaust the stack. */
const DEEPEST = 200;

/** Characters that show: not spaces, controls, marks of direction, or halves of others. */
const VISIBLE = /[^\s\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u;

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

/** Whether a text shows anything. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Whether a message says something by other means than its content: calls of tools, or sound. */
export function saysOtherwise({ tool_calls: calls, function_call: call, audio }: Json): boolean {
  const hasCalls = Array.isArray(calls) && calls.length > 0 && calls.every(isObject);
  return hasCalls || [call, audio].some((member) => isObject(member) && Object.keys(member).length > 0);
}

/** Whether a value from JSON has more levels than anybody writes: what is kept of an answer is written again. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((each): readonly unknown[] =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
  }
  return false;
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
