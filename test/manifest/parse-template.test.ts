import { describe, expect, it } from 'vitest';
import { parseTemplate, templateReason } from '../../src/manifest/template.ts';

const scope = {
  row: { name: 'lamp', price: 5, tags: ['a', 'b'], holes: ['a', null, 'b'], none: null },
  on: true,
};
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
      '`{{ row.none }}` is null; `| default: ""` lets nothing stand in its place',
    );
    expect(render('a {{ row.none | default: "" }}{% if row.none %}c{% endif %} b')).toBe('a  b');
  });

  it('tells of a null by the output as it is written, whatever its kind', () => {
    for (const output of [
      '{{- row.none -}}',
      '{% echo row.none %}',
      '{% cycle row.none, "a" %}',
      '{{ nil }}',
    ]) {
      expect(failure(`a ${output} b`)).toBe(
        `\`${output}\` is null; \`| default: ""\` lets nothing stand in its place`,
      );
    }
  });

  it('has no filter that makes a null come to nothing', () => {
    const filters = ['upcase', 'strip', 'join', 'escape', 'raw', 'size', 'plus: 1', 'replace: "a", "b"'];
    for (const filter of filters) expect(failure(`a {{ row.none | ${filter} }}`)).toContain('is null');
    expect(failure('{% assign a = row.none | upcase %}{{ a }} b')).toContain('`{{ a }}` is null');
    expect(parseTemplate('{{ row.none | plus: 1 }}').value(scope)).toBeNull();
    expect(render('{{ row.none | strip | default: "c" }} {{ row.none | json }}')).toBe('c null');
  });

  it('gives no filter a null, and joins none', () => {
    expect(failure('a {{ "k" | append: row.none }}')).toBe(
      '`{{ "k" | append: row.none }}` gives `append` a null; `{% assign name = … | default: "" %}` before it makes one that can be given',
    );
    expect(failure('a {% assign k = row.tags | concat: row.none %}')).toContain('gives `concat` a null');
    expect(failure('a {{ row.holes | join: "+" }}')).toBe(
      '`{{ row.holes | join: "+" }}` joins a list with a null in it; `| compact` before that leaves it out',
    );
    expect(failure('{% if row.holes | join %}a{% endif %}')).toContain('joins a list with a null');
    expect(render('{{ row.holes | compact | join: "+" }}{{ row.name | default: row.none }}')).toBe('a+blamp');
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

  it.each([
    [
      'loops in each other',
      '{% for i in (1..3000) %}{% for j in (1..3000) %}{% endfor %}{% endfor %}',
      'steps',
    ],
    ['a long loop', '{% for i in (1..50000) %}{% if i == 7 %}{% endif %}{% endfor %}', 'steps'],
    ['a long table', '{% tablerow i in (1..50000) %}{% endtablerow %}', 'steps'],
    ['an expression for each of many', '{{ (1..90000) | where_exp: "i", "i == 7" }}', 'steps'],
    ['a range without end', '{% for i in (1..1000000000) %}x{% endfor %}', 'a range'],
    ['a text that doubles', `{% assign a = "xx" %}${'{% assign a = a | append: a %}'.repeat(60)}`, 'filters'],
    ['what a loop puts out', `{% for i in (1..900) %}${'x'.repeat(90_000)}{% endfor %}`, 'characters'],
  ])('goes no further than its limits: %s', (_about, text, limit) => {
    expect(failure(text)).toContain(limit);
  });

  it('goes over a hundred tags, and over a list of a thousand', () => {
    const lists = {
      tags: Array.from({ length: 150 }, (_, index) => index),
      many: Array.from({ length: 1_000 }, () => ({ n: 1 })),
    };
    const text = '{% for t in tags %}{{ t }}{% unless forloop.last %}, {% endunless %}{% endfor %}';
    expect(parseTemplate(text).render(lists)).toContain('148, 149');
    expect(parseTemplate('{{ many | map: "n" | sum }} of all').render(lists)).toBe('1000 of all');
    expect(parseTemplate('{{ on }}{% if on %}x{% endif %}'.repeat(99)).render(scope)).toContain('truextruex');
  });

  it('says what is unknown, and nothing of lines and columns', () => {
    const broken = [
      '{{ on | upcas }}',
      '{% fro a in b %}',
      '{% if on %}',
      'x {{ on',
      '{{ | }}',
      '{{ on.x }}',
      '{{ on | append }}',
    ];
    expect(broken.map(failure).filter((reason) => /line:|col:|undefined filter/.test(reason))).toEqual([]);
    expect(failure('{{ on | upcas }}')).toBe('there is no filter `upcas`; did you mean `upcase`?');
    expect(failure('{% fro a in b %}')).toBe('there is no tag `fro`; did you mean `for`?');
  });

  it('has no tags that change what another item is filled in with', () => {
    for (const tag of ['increment', 'decrement']) {
      expect(() => parseTemplate(`{% ${tag} n %}`)).toThrow(tag);
    }
  });
});
