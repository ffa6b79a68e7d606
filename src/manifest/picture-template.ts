import { isTemplate } from './template.ts';
import { pictureRule } from './template-scope.ts';

/** A picture of a step, or all of a step over a list, and the filters that follow. */
const picture =
  /^\s*steps\.(\w+)(?:(?:\[\d+\]|\.first|\.last)?\.image\b|\s*\|\s*map:\s*["']image["'])([\s\S]*)$/;

/** Filters that leave a picture, or a list of them, what it is. */
const harmless: ReadonlySet<string> = new Set([
  'default',
  'first',
  'last',
  'slice',
  'reverse',
  'uniq',
  'compact',
]);

/**
 * Says why a text cannot be filled in with the pictures of steps that it names: one stands for its bytes, and is none
 * any more once it is part of a longer text.
 *
 * @param isEntry - whether the text is an entry of `images`
 */
export function pictureProblem(text: string, isEntry: boolean): string | undefined {
  if (!isTemplate(text)) return undefined;
  const parts = text.split(/(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})/);
  const outputs = parts.filter((part) => part.startsWith('{{'));
  const found = outputs
    .map((part) => picture.exec(part.replace(/^\{\{-?|-?\}\}$/g, '')))
    .find((match) => match !== null);
  if (found === undefined || found === null) return undefined;
  const [, id = '', filters = ''] = found;
  const hasTags = parts.some((part) => part.startsWith('{%'));
  const isAlone =
    parts.every((part) => part === '' || /^\{[{%]/.test(part)) && (hasTags || outputs.length === 1);
  const isKept = [...filters.matchAll(/\|\s*(\w+)/g)].every(([, filter = '']) => harmless.has(filter));
  return isEntry && isAlone && isKept ? undefined : pictureRule(id);
}
