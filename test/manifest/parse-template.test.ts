import { describe, expect, it } from 'vitest';
import { parseTemplate, templateReason } from '../../src/manifest/template.ts';

const scope = { row: { name: 'lamp', price: 5, tags: ['a', 'b'], none: null }, on: true };
const render = (text: string): string => parseTemplate(text).render(scope);
const failure = (text: string): string => {
  try {
    return render(text);
  } catch (error) {
    return templateReason(error);
  }
};

describe('a template', () => {
  it('is read once for all who share it', () => {
    expect(parseTemplate('A {{ row.name }}')).toBe(parseTemplate('A {{ row.name }}'));
  });

  it('keeps the type of a value that is the whole text', () => {
    const valueOf = (text: string): unknown => parseTemplate(text).value(scope);
    expect(
      ['{{ row.price }}', '{{- on -}}', '{{ row.tags }}', '{{ row.price | plus: 1 }}'].map(valueOf),
    ).toEqual([5, true, ['a', 'b'], 6]);
    expect(['{{ row.price }} ', 'no template', '{{ row.none }}'].map(valueOf)).toEqual([
      '5 ',
      'no template',
      null,
    ]);
  });

  it('puts no null into a text, unless it says what to put there', () => {
    expect(() => render('a {{ row.none }} b')).toThrow(
      '`{{ row.none }}` is null; `{{ row.none | default: "" }}` lets nothing stand in its place',
    );
    expect(render('a {{ row.none | default: "" }}{% if row.none %}c{% endif %} b')).toBe('a  b');
  });

  it('writes maps and lists as JSON', () => {
    expect(render('{{ row.tags }} of {{ row }}')).toBe(`["a","b"] of ${JSON.stringify(scope.row)}`);
    expect(render('{{ row.tags | join: "+" }}')).toBe('a+b');
  });

  it('tells what it names, as far as that is written out', () => {
    expect(parseTemplate('{{ row["a b"][0] }}{% assign q = run.date %}{{ q }}{{ row[on].x }}').names).toEqual(
      expect.arrayContaining([['row', 'a b', 0], ['run', 'date'], ['row'], ['on']]),
    );
    expect(parseTemplate('{% raw %}{{ x }}{% endraw %}').names).toEqual([]);
  });

  it('has the clock of a zone', () => {
    const template = parseTemplate('{{ time | date: "%H" }}');
    expect(template.render({ time: '2026-01-01T23:30:00Z' }, 'Europe/Berlin')).toBe('00');
    expect(template.render({ time: '2026-01-01T23:30:00Z' })).toBe('23');
  });

  it('is strict about names, but for what `default` and `if` ask for', () => {
    expect(failure('{{ row.nme }}')).toContain('undefined variable: row.nme');
    expect(failure('{{ row.constructor }}')).toContain('undefined variable');
    expect(render('{{ row.nme | default: "x" }}{% if row.nme %}y{% endif %}')).toBe('x');
  });

  it('does not go on for ever', () => {
    expect(failure('{% for i in (1..1000000000) %}x{% endfor %}')).toContain('limit');
  });

  it('has no tags that change what another item is filled in with', () => {
    for (const tag of ['increment', 'decrement']) {
      expect(() => parseTemplate(`{% ${tag} n %}`)).toThrow(tag);
    }
  });
});
