import { isTemplate } from '../manifest/template.ts';
import { imageParams } from '../pollinations/image-params.ts';
import { textParams } from '../pollinations/text-params.ts';
import type { ExportLine } from '../report/export/export-line.ts';

/** What a call asked for. */
export type AskedLine = Pick<ExportLine, 'id' | 'kind' | 'model' | 'prompt' | 'messages' | 'params'> & {
  readonly seed?: number;
};

/** Their strings are sent as they are written. */
const asWritten: ReadonlySet<string> = new Set(['response_format', 'tools']);

/**
 * An item as an entry of `items` in a job file, on one line: such a job sends the same bytes. Of an item of several calls it
 * is the last one, with what the others answered filled in.
 *
 * @returns `undefined` where nobody knows what it asked for, or it shows pictures that only its own job has
 */
export function jobLine({ id, kind, model, seed, prompt, messages, params }: AskedLine): string | undefined {
  if (prompt === undefined || params === undefined) return undefined;
  const known = kind === 'text' ? textParams : imageParams;
  const names = Object.keys(params);
  const pick = (isKnown: boolean): Record<string, unknown> =>
    Object.fromEntries(
      names
        .filter((name) => Object.hasOwn(known, name) === isKnown)
        .map((name) => [name, asWritten.has(name) ? params[name] : literal(params[name])]),
    );
  const extra = pick(false);
  const content =
    kind === 'image' ? { image: prompt } : messages === undefined ? { text: prompt } : { messages };
  const entry = {
    id,
    ...(literal(content) as object),
    ...(seed === undefined ? {} : { seed }),
    params: { model, ...pick(true) },
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
  const json = JSON.stringify(entry);
  if (json.includes('"attachment:')) return undefined;
  return `- ${json.replaceAll(unprintable, escapeCharacter)}`;
}

// A job's strings are templates.
function literal(value: unknown): unknown {
  if (typeof value === 'string') return literalText(value);
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, literal(inner)]));
}

function literalText(text: string): string {
  return isTemplate(text) ? text.replaceAll(/\{\{|\{%/g, "{{ '$&' }}") : text;
}

// YAML takes JSON, but for characters that nobody sees.
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
