import { isObject } from '../json.ts';
import { isTemplate } from './template.ts';

/** A text of an item, a step or the defaults that is filled in, and where it stands below them. */
export interface CallText {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Keys whose texts are filled in, at any depth below them. */
const filledKeys = ['id', 'text', 'image', 'system', 'prompts', 'images', 'params', 'extra'] as const;

/** Every text of an item or a step that is filled in before it is sent. */
export function textsOf(call: Readonly<Record<string, unknown>>): readonly CallText[] {
  const { messages } = call;
  return [
    ...filledKeys.flatMap((key) => textsBelow(call[key], [key])),
    ...(Array.isArray(messages) ? messages : []).flatMap((message: unknown, index) =>
      isObject(message) ? textsBelow(message['content'], ['messages', index, 'content']) : [],
    ),
  ];
}

/** Every text at and below a value. */
export function textsBelow(value: unknown, path: readonly (string | number)[]): readonly CallText[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => textsBelow(entry, [...path, index]));
  return isObject(value)
    ? Object.entries(value).flatMap(([key, entry]) => textsBelow(entry, [...path, key]))
    : [];
}

/** Whether a value hangs on a template at some depth. */
export function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string') return isTemplate(value);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((below) => hasTemplate(below))
  );
}
