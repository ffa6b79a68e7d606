import { isObject } from '../json.ts';
import { quoted } from './printable.ts';

/** Words by which a schema says less, or more, than its properties and elements do; behind one of them nothing is told. */
const otherWords = [
  '$ref',
  '$dynamicRef',
  'anyOf',
  'oneOf',
  'allOf',
  'if',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  'unevaluatedProperties',
  'prefixItems',
];

/** What Liquid gives of lists and texts beside what they hold. */
const measures = new Set(['size', 'first', 'last']);

/**
 * Says why an answer that fits a schema has nothing at the end of a way, or no list where one is wanted; `undefined` where
 * it may have, or where the schema says it in words that are not read here.
 *
 * @param name - what the answer is called
 */
export function wayFault(
  schema: unknown,
  way: readonly string[],
  name: string,
  isListWanted: boolean,
): string | undefined {
  let at: unknown = schema;
  let place = name;
  for (const key of way) {
    if (!isPlain(at)) return undefined;
    const types = typesOf(at);
    const properties = isObject(at['properties']) ? at['properties'] : {};
    if (Object.hasOwn(properties, key)) at = properties[key];
    else if (measures.has(key)) return undefined;
    else if (isIndex(key) && mayBe(types, 'array')) {
      // A list's elements have a schema, or any form; those of an older draft's list have one each.
      if (Array.isArray(at['items'])) return undefined;
      at = at['items'];
    } else if (types.length > 0 && !types.includes('object')) {
      return `${quoted(place)} is ${words(types)} by the schema, which has no ${quoted(key)}`;
    } else if (at['additionalProperties'] === false) {
      const known = Object.keys(properties).map(quoted).join(', ');
      return `${quoted(place)} has no ${quoted(key)} by the schema${known === '' ? '' : `; it has ${known}`}`;
    } else at = at['additionalProperties'];
    place = `${place}.${key}`;
  }
  if (!isListWanted || !isPlain(at)) return undefined;
  const types = typesOf(at);
  return mayBe(types, 'array')
    ? undefined
    : `${quoted(place)} is ${words(types)} by the schema, and \`forEach\` takes a list`;
}

function isPlain(schema: unknown): schema is Record<string, unknown> {
  return isObject(schema) && !otherWords.some((word) => Object.hasOwn(schema, word));
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key);
}

/** Types that a value may have; none where the schema does not say. */
function typesOf({ type }: Record<string, unknown>): readonly string[] {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.filter((each) => typeof each === 'string');
}

function mayBe(types: readonly string[], type: string): boolean {
  return types.length === 0 || types.includes(type);
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

function words(types: readonly string[]): string {
  return types.map((type) => typeNames[type] ?? quoted(type)).join(' or ');
}
