/** A file made to wear the program out, or to be allowed just so: what it is about, its bytes, and the codes of which it must give one; none if it is a job. */
export type HostileFile = readonly [about: string, bytes: () => Uint8Array, codes: readonly string[]];

const mebibyte = 1024 * 1024;
const head = 'version: 1\nitems:\n';
const utf8 = (text: string): Uint8Array => Buffer.from(text);
const file = (about: string, text: () => string, ...codes: readonly string[]): HostileFile => [
  about,
  () => utf8(text()),
  codes,
];
const rows = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => row(index)).join('');
const item = (text: string): string => `${head}  - ${text}\n`;

/** Lists of ten aliases each, of which every one holds ten times what the one before it holds. */
const bomb = (levels: number): string =>
  `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${rows(levels, (level) => `a${level + 1}: &a${level + 1} [${Array.from({ length: 10 }, () => `*a${level}`).join(', ')}]\n`)}`;

export const hostileFiles: readonly HostileFile[] = [
  // Bytes
  ['100 MiB of nothing', () => new Uint8Array(100 * mebibyte), ['file-too-large']],
  ['8 MiB of NUL', () => new Uint8Array(8 * mebibyte), ['file-nul']],
  ['a job in UTF-16', () => Buffer.from(`\uFEFF${item('text: a')}`, 'utf16le'), ['file-encoding']],
  ['a job in UTF-16 without a mark', () => Buffer.from(item('text: a'), 'utf16le'), ['file-nul']],
  ['8 MiB of bytes that are no UTF-8', () => new Uint8Array(8 * mebibyte).fill(0xff), ['file-encoding']],
  [
    'one bad byte at the end of 8 MiB',
    () => new Uint8Array(8 * mebibyte).fill(0x61).fill(0xff, -1),
    ['file-encoding'],
  ],

  // YAML
  file('an alias bomb of 10^10 values', () => bomb(9) + item('text: a'), 'yaml-alias'),
  file('an alias bomb of 10^80 values', () => bomb(79) + item('text: a'), 'yaml-alias'),
  file(
    'an alias bomb in parameters',
    () =>
      `${head}${rows(400, (n) => (n === 0 ? `  - { text: a, params: &p { stop: [${'x, '.repeat(900)}] } }\n` : '  - { text: a, params: *p }\n'))}`,
    'yaml-alias',
  ),
  file(
    '90,000 values by aliases',
    () =>
      `${head}${rows(99, (n) => (n === 0 ? `  - { text: a, params: &p { logit_bias: { ${rows(900, (key) => `${key}: 1, `)} } } }\n` : '  - { text: a, params: *p }\n'))}`,
  ),
  file('30,000 anchors', () => `${head}${'- &a x\n'.repeat(30_000)}`, 'item-limit'),
  file('70,000 anchors on one value', () => `${'&a '.repeat(70_000)}x`, 'yaml-syntax'),
  file('100,000 tags on one value', () => `${'!a '.repeat(90_000)}x`, 'yaml-syntax'),
  file('30,000 tags', () => '- !a x\n'.repeat(30_000), 'yaml-tag'),
  file('flow lists 10,000 deep', () => '['.repeat(10_000), 'yaml-depth'),
  file('flow maps 10,000 deep', () => '{a: '.repeat(10_000), 'yaml-depth'),
  file('block lists 10,000 deep', () => `${'- '.repeat(10_000)}x`, 'yaml-depth'),
  file('block maps 1,000 deep', () => rows(1_000, (level) => `${' '.repeat(level)}a:\n`), 'yaml-depth'),
  file('explicit keys 10,000 deep', () => '? '.repeat(10_000), 'yaml-depth'),
  file(
    'a map of 20,000 keys',
    () => `${item('text: a')}${rows(20_000, (n) => `key${n}: 1\n`)}`,
    'key-unknown',
  ),
  file('a map of 200,000 keys', () => rows(200_000, (n) => `key${n}: 1\n`), 'file-too-large'),
  file('30,000 times the same key', () => `${item('text: a')}${'name: a\n'.repeat(30_000)}`, 'key-duplicate'),
  file(
    '20,000 forbidden keys',
    () => `${item('text: a')}${'__proto__: 1\n'.repeat(20_000)}`,
    'key-forbidden',
  ),
  file('20,000 merge keys', () => `${item('text: a')}${'<<: 1\n'.repeat(20_000)}`, 'yaml-merge'),
  file('50,000 documents', () => '---\n'.repeat(50_000), 'yaml-documents'),
  file('40,000 broken lines', () => 'x: ]\n'.repeat(40_000), 'yaml-syntax'),
  file('a million broken lines', () => 'x: ]\n'.repeat(1_000_000), 'file-too-large'),
  file('249,000 commas', () => `[${','.repeat(249_000)}`, 'yaml-syntax'),
  file('8 MiB of brackets', () => ']'.repeat(8 * mebibyte), 'file-too-large'),
  file('60,000 opened quotes', () => '- "\n'.repeat(60_000), 'yaml-syntax'),
  file('140,000 bad escapes', () => `a: "${String.raw`\q`.repeat(140_000)}"`, 'yaml-syntax'),
  file('8 MiB of blank lines', () => '\n'.repeat(8 * mebibyte), 'file-too-large'),
  file('8 MiB of comments', () => '# x\n'.repeat(2 * mebibyte), 'file-too-large'),
  file('8 MiB of blanks', () => `a: ${' '.repeat(8 * mebibyte - 10)}`, 'key-unknown'),
  file('a quoted text of two million lines', () => `a: "${'x\n  '.repeat(2_000_000)}"`, 'file-too-large'),
  file('a folded text of two million lines', () => `a: >\n${'  x\n'.repeat(2_000_000)}`, 'file-too-large'),
  file('a folded text of 199,000 lines', () => `${head}  - text: >\n${'      x\n'.repeat(199_000)}`),
  file('a quoted text of 199,000 lines', () => item(`text: "${'x\n      '.repeat(199_000)}"`)),
  file('a prompt of 8 MiB', () => item(`text: ${'x'.repeat(8 * mebibyte - 50)}`)),
  file('a prompt of 990,000 escapes', () => item(`text: "${String.raw`\n`.repeat(990_000)}a"`)),
  file(
    'a prompt of 4 million escapes',
    () => item(`text: "${String.raw`\n`.repeat(4_000_000)}a"`),
    'file-too-large',
  ),
  file('1,000 directives', () => `${'%YAML 1.2\n'.repeat(1_000)}---\na: 1`, 'yaml-directive'),
  file(
    '20,000 lone surrogates',
    () => `${head}  - prompts: [${String.raw`"\ud83d", `.repeat(4_000)}]`,
    'text-ill-formed',
  ),
  file('20,000 numbers without end', () => `a: [${'.inf, '.repeat(20_000)}]`, 'number-not-finite'),
  file(
    '20,000 numbers that lose digits',
    () => `a: [${'12345678901234567890, '.repeat(20_000)}]`,
    'number-inexact',
  ),
  file(
    'a number of a million digits',
    () => `budget: ${'9'.repeat(1_000_000)}\n${item('text: a')}`,
    'number-not-finite',
  ),

  // Items
  file(
    '5,000 items',
    () => head + rows(5_000, (n) => `- id: i${n}\n  text: Hello number ${n}\n  params: { seed: ${n} }\n`),
  ),
  file('5,001 items', () => head + rows(5_001, (n) => `- text: ${n}\n`), 'item-limit'),
  file('5,001 prompts', () => `${head}- prompts: [${rows(5_001, (n) => `p${n}, `)}]`, 'item-limit'),
  file('100,000 items', () => head + rows(100_000, (n) => `- { id: i${n}, text: a }\n`), 'file-too-large'),
  file(
    '5,000 items, all wrong',
    () => head + rows(5_000, (n) => `- { txt: ${n}, parms: {} }\n`),
    'item-empty',
  ),
  file(
    '5,000 wrong parameters',
    () => head + rows(5_000, (n) => `- { text: a, params: { temprature: ${n} } }\n`),
    'param-unknown',
  ),
  file(
    '20,000 parameters of one item',
    () => item(`{ text: a, params: { ${rows(20_000, (n) => `k${n}: 1, `)} } }`),
    'param-unknown',
  ),
  file(
    '20,000 keys of one item',
    () => item(`{ text: a, ${rows(20_000, (n) => `k${n}: 1, `)} }`),
    'key-unknown',
  ),
  file('20,000 keys under extra', () => item(`{ text: a, extra: { ${rows(20_000, (n) => `k${n}: 1, `)} } }`)),
  file('an id of a million letters', () => item(`{ id: ${'a'.repeat(1_000_000)}, text: a }`), 'id-invalid'),
  file('a path of a million folders', () => item(`{ text: a, from: ${'a/'.repeat(1_000_000)}b.csv }`)),
  file(
    'a path of a million steps up',
    () => item(`{ text: a, from: ${'../'.repeat(1_000_000)}b.csv }`),
    'source-path',
  ),
  file(
    '40 axes of 40 values',
    () =>
      `matrix: { ${rows(40, (n) => `a${n}: [${rows(40, (value) => `${value}, `)}], `)} }\n${item('text: a')}`,
  ),
  file(
    '20,000 axes',
    () => `matrix: { ${rows(20_000, (n) => `a${n}: [1], `)} }\n${item('text: a')}`,
    'value-invalid',
  ),
  file(
    '20,000 names added to a matrix',
    () => `matrix: { a: [1], include: [${rows(20_000, (n) => `{ b${n}: 1 }, `)}] }\n${item('text: a')}`,
    'value-invalid',
  ),
  file(
    '20,000 unknown excludes',
    () => `matrix: { a: [1], exclude: [${rows(15_000, (n) => `{ b${n}: 1 }, `)}] }\n${item('text: a')}`,
    'matrix-axis',
  ),
  file(
    '20,000 vars, and a name that is none',
    () => `vars: { ${rows(20_000, (n) => `v${n}: 1, `)} }\n${head}${'- text: "{{ nme }}"\n'.repeat(4_000)}`,
    'template-unknown',
  ),
  file(
    '20,000 vars of one name but for the last letters, and a name that is none',
    () =>
      `vars: { ${rows(20_000, (n) => `${'v'.repeat(50)}${n}: 1, `)} }\n${head}${`- text: "{{ ${'v'.repeat(54)} }}"\n`.repeat(4_000)}`,
    'template-unknown',
  ),
  file(
    'a var of a million letters, and a slip of one',
    () => `vars: { ${'v'.repeat(900_000)}: 1 }\n${item(`text: "{{ ${'v'.repeat(899_999)} }}"`)}`,
    'value-invalid',
    'template-invalid',
  ),
  file('51 steps', () => item(`steps: [${rows(51, (n) => `{ id: s${n}, text: a }, `)}]`), 'value-invalid'),
  file(
    '10,000 steps that need each other',
    () => item(`steps: [${rows(5_000, (n) => `{ id: s${n}, text: a, needs: [s${(n + 1) % 5_000}] }, `)}]`),
    'value-invalid',
  ),
  file(
    '50 steps that need 50,000 unknown ones',
    () =>
      item(
        `steps: [${rows(50, (n) => `{ id: s${n}, text: a, needs: [${rows(1_000, (other) => `t${other}, `)}] }, `)}]`,
      ),
    'step-unknown',
  ),
  file(
    '50 steps that need each other 50,000 times',
    () =>
      item(
        `steps: [${rows(50, (n) => `{ id: s${n}, text: a, needs: [${rows(1_000, (other) => `s${other % 50}, `)}] }, `)}]`,
      ),
    'step-cycle',
  ),
  file(
    '50 steps that need all others',
    () =>
      item(
        `steps: [${rows(50, (n) => `{ id: s${n}, text: a, needs: [${rows(50, (other) => `s${other}, `)}] }, `)}]`,
      ),
    'step-cycle',
  ),

  // Templates
  file(
    'a template of 100,000 outputs',
    () => item(`text: "${'{{ sample }}'.repeat(100_000)}"`),
    'template-invalid',
  ),
  file(
    '40,000 outputs in 200 templates',
    () => head + rows(200, (n) => `- text: "${n} ${'{{ sample }}'.repeat(200)}"\n`),
    'template-invalid',
  ),
  file('5,000 templates', () => head + rows(5_000, (n) => `- text: "${n} {{ sample }}"\n`)),
  file('2 MB of opened outputs', () => item(`text: "${'{{ '.repeat(660_000)}"`), 'template-invalid'),
  file('8 MiB of opened outputs', () => item(`text: x ${'{{'.repeat(4_000_000)}`), 'template-invalid'),
  file('8 MiB of opened quotes', () => '"\n'.repeat(4 * mebibyte), 'file-too-large'),
  file(
    'a name 100,000 deep',
    () => item(`text: "{{ ${'a['.repeat(100_000)}${']'.repeat(100_000)} }}"`),
    'template-invalid',
  ),
  file(
    'an output of 50,000 alternatives',
    () =>
      item(
        `steps: [{ id: p, image: x }, { id: q, text: "{{ sample ${'or steps.p.image '.repeat(50_000)} }}" }]`,
      ),
    'template-invalid',
  ),
  file(
    'a chain of 100,000 filters',
    () => item(`text: "{{ sample ${'| upcase '.repeat(100_000)} }}"`),
    'template-invalid',
  ),
  file('290 conditions in each other', () =>
    item(`text: "${'{% if sample %}'.repeat(145)}${'{% endif %}'.repeat(145)}"`),
  ),
  file('a range without end', () => item('text: "{% for i in (1..1000000000) %}x{% endfor %}"')),
];

const nested =
  '{% for i in (1..3000) %}{% for j in (1..3000) %}{% for k in (1..3000) %}{% endfor %}{% endfor %}{% endfor %}';

/** Files whose templates would take long to fill in, as `hostileFiles`. */
export const slowTemplates: readonly HostileFile[] = [
  file('loops in each other', () => item(`text: "${nested}"`), 'template-invalid'),
  file(
    'ten times loops in each other',
    () => head + rows(10, (n) => `  - text: "${nested}${n}"\n`),
    'template-invalid',
  ),
  file(
    'a long loop in each of 50 items',
    () =>
      item(
        '{ samples: 50, text: "{{ sample }}{% for i in (1..50000) %}{% if i == 7 %}{% endif %}{% endfor %}" }',
      ),
    'template-invalid',
  ),
  file(
    'a range without end',
    () => item('text: "{% for i in (1..1000000000) %}x{% endfor %}"'),
    'template-invalid',
  ),
];
