import { type Fields, isFields } from './fields.ts';
import { pick } from './random.ts';
import { sentence } from './prose.ts';

const deepest = 8;

function sampleArray(schema: Fields, random: () => number, depth: number): unknown[] {
  const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 2;
  return Array.from({ length: Math.min(least, 20) }, () => sampleOf(schema['items'], random, depth + 1));
}

function sampleNumber(schema: Fields, random: () => number): number {
  const least = typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
  const most = typeof schema['maximum'] === 'number' ? schema['maximum'] : least + 100;
  return least + Math.floor(random() * (most - least + 1));
}

/** A value that fits a JSON schema, as far as types, enums, bounds and counts go. */
export function sampleOf(schema: unknown, random: () => number, depth = 0): unknown {
  if (!isFields(schema) || depth > deepest) return null;
  const { enum: choices, type, properties } = schema;
  if (Array.isArray(choices)) return choices[Math.floor(random() * choices.length)];
  if (Array.isArray(type)) return sampleOf({ ...schema, type: type[0] }, random, depth);
  if (isFields(properties)) {
    return Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, sampleOf(member, random, depth + 1)]),
    );
  }
  switch (type) {
    case 'object':
      return {};
    case 'array':
      return sampleArray(schema, random, depth);
    case 'integer':
    case 'number':
      return sampleNumber(schema, random);
    case 'boolean':
      return random() < 0.5;
    case 'string':
      return sentence(random);
    default:
      return null;
  }
}

/** What the mode `json_object` answers where no schema asks for more. */
export function sampleObject(topic: string, random: () => number): Record<string, unknown> {
  return {
    title: topic,
    summary: sentence(random),
    tags: [pick(random, ['field', 'meadow', 'garden']), pick(random, ['spring', 'summer', 'autumn'])],
    score: Math.floor(random() * 100),
  };
}
