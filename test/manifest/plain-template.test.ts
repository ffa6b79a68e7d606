import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePlain } from '../../src/manifest/plain-template.ts';
import { parseTemplate } from '../../src/manifest/template.ts';

// A comment makes the engine fill in what would be a plain template without it.
const byEngine = (text: string, scope: Record<string, unknown>): string =>
  parseTemplate(`${text}{% comment %}{% endcomment %}`).render(scope);

const name = fc.constantFrom('row', 'name', 'size', 'first', 'a_b', 'x1', 'toString', 'length');
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
);
const scope = fc.dictionary(name, fc.oneof(value, fc.dictionary(name, value)));
const space = fc.constantFrom('', ' ', '  ', '\t');
const piece = fc.oneof(
  fc.string().filter((text) => !text.includes('{')),
  fc
    .tuple(space, fc.array(name, { minLength: 1, maxLength: 3 }), space)
    .map(([left, path, right]) => `{{${left}${path.join('.')}${right}}}`),
);
const template = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

describe('a plain template', () => {
  it('becomes what the engine makes of it, or is left to the engine', () => {
    fc.assert(
      fc.property(template, scope, (text, values) => {
        const filled = parsePlain(text)?.fill(values);
        if (filled !== undefined) expect(filled).toBe(byEngine(text, values));
      }),
      { numRuns: 3_000 },
    );
  });

  it('has no filters, tags, indexes, trimming or literals', () => {
    for (const text of [
      '{{ row.name | upcase }}',
      '{% if a %}b{% endif %}',
      '{{ row["name"] }}',
      '{{ row[0] }}',
      '{{- row.name }}',
      '{{ true }}',
      '{{ "text" }}',
      '{{ row.name',
    ]) {
      expect(parsePlain(text)).toBeUndefined();
    }
  });

  it('leaves to the engine what is missing, inherited, no single value, or very long', () => {
    const fill = (scopeOf: Record<string, unknown>) => parsePlain('{{ row.name }}')?.fill(scopeOf);
    expect(fill({})).toBeUndefined();
    expect(fill({ row: {} })).toBeUndefined();
    expect(fill({ row: Object.create({ name: 'a' }) as object })).toBeUndefined();
    expect(fill({ row: { name: null } })).toBeUndefined();
    expect(fill({ row: { name: ['a'] } })).toBeUndefined();
    expect(fill({ row: { name: 'a'.repeat(100_001) } })).toBeUndefined();
    expect(fill({ row: { name: 7 } })).toBe('7');
  });
});
