import { badSteps } from './bad-steps.ts';

/** A bad job file: what it is about, its text, and every problem it must give, in order. */
export type BadFile = readonly [about: string, text: string, problems: readonly string[]];

const one = 'version: 1\nitems:\n  - text: A haiku\n';

/** Lists of ten aliases each, of which every one holds ten times what the one before it holds. */
const bomb = (levels: number): string => {
  const names = 'abcdefghijklmnop';
  const lists = Array.from(
    { length: levels },
    (_, level) =>
      `${names[level + 1]}: &${names[level + 1]} [${Array.from({ length: 10 }, () => `*${names[level]}`).join(', ')}]\n`,
  );
  return `a: &a [x, x, x, x, x, x, x, x, x, x]\n${lists.join('')}${one}`;
};

const item = (text: string): string => `version: 1\nitems:\n  - ${text}\n`;

export const badFiles: readonly BadFile[] = [
  // The file as text
  ['an empty file', '', ['1:1: file-empty']],
  ['blank lines only', '\n\n  \n', ['1:1: file-empty']],
  ['comments only', '# nothing yet\n', ['1:1: file-empty']],
  ['a lone document start', '---\n', ['1:1: file-empty']],
  ['a NUL character', 'version: 1\nna\0me: x\n', ['2:3: file-nul']],
  ['more than 8 MiB', `# ${'x'.repeat(8 * 1024 * 1024)}\n${one}`, ['1:1: file-too-large']],

  // The file as YAML
  ['a tab as indentation', 'version: 1\nitems:\n\t- text: a\n', ['3:1: yaml-syntax']],
  ['an unclosed quote', 'version: 1\nname: "open\n', ['3:1: yaml-syntax']],
  ['an unclosed list', 'version: 1\nitems: [\n', ['3:1: yaml-syntax']],
  ['a mapping in a mapping', 'version: 1: 2\n', ['1:10: yaml-syntax']],
  ['a bad escape', item('text: "a\\q"'), ['3:13: yaml-syntax']],
  ['two documents', `${one}---\nversion: 1\n`, ['4:1: yaml-documents']],
  [
    'two documents, the first one wrong',
    'version: 2\n---\nversion: 1\n',
    ['1:1: key-missing', '1:10: version-unsupported', '2:1: yaml-documents'],
  ],
  ['a YAML directive', `%YAML 1.1\n---\n${one}`, ['1:1: yaml-directive']],
  [
    'an alias before its anchor',
    'version: 1\nitems:\n  - text: *a\n  - text: &a hello\n',
    ['3:11: yaml-alias'],
  ],
  [
    'an alias inside of what it stands for',
    item('{ text: a, params: &a { logit_bias: *a } }'),
    ['3:41: yaml-alias'],
  ],
  [
    'a wrong value that an alias stands for',
    'version: 1\nitems:\n  - { text: a, params: &a { temperature: hot } }\n  - { text: b, params: *a }\n',
    ['3:42: param-invalid', '4:24: param-invalid'],
  ],
  ['an alias without an anchor', item('text: *a'), ['3:11: yaml-alias']],
  [
    'an alias bomb',
    bomb(9),
    [...Array.from({ length: 10 }, (_, index) => `${index + 1}:1: key-unknown`), '5:36: yaml-alias'].sort(
      byLine,
    ),
  ],
  ['a merge key', item('{ text: a, <<: { id: b } }'), ['3:16: yaml-merge']],
  ['a tag of one’s own', item('text: !shout a'), ['3:11: yaml-tag']],
  ['a tag beyond the core schema', item('text: !!binary aGk='), ['3:11: yaml-tag']],
  ['the bare tag', item('text: ! a'), ['3:13: yaml-tag']],
  ['a list as a key', item('{ text: a, ? [b] : c }'), ['3:18: yaml-key']],
  ['deep flow lists', `version: 1\nitems: ${'['.repeat(40)}`, ['2:39: yaml-depth']],
  ['deep block lists', `- ${'- '.repeat(40)}x\n`, ['1:65: yaml-depth']],
  ['10,000 maps in each other', '{a: '.repeat(10_000), ['1:129: yaml-depth']],

  // Labels
  ['a label whose name has a blank', `labels: { a b: x }\n${one}`, ['1:11: value-invalid']],
  ['a label that is a number', `labels: { year: 2026 }\n${one}`, ['1:17: type-wrong']],
  ['a label of two lines', `labels: { team: "a\\nb" }\n${one}`, ['1:17: value-invalid']],
  ['an empty label', `labels: { team: "" }\n${one}`, ['1:17: value-invalid']],
  ['a label of 101 characters', `labels: { team: ${'x'.repeat(101)} }\n${one}`, ['1:17: value-invalid']],
  ['labels as a list', `labels: [team]\n${one}`, ['1:9: type-wrong']],
  [
    'eleven labels',
    `labels: { ${Array.from({ length: 11 }, (_, index) => `l${index}: x`).join(', ')} }\n${one}`,
    ['1:9: value-invalid'],
  ],

  // Keys
  ['a list as the job', '- text: a\n', ['1:1: type-wrong']],
  ['a text as the job', 'a haiku please\n', ['1:1: type-wrong']],
  ['no version', 'items:\n  - text: a\n', ['1:1: key-missing']],
  ['no items', 'version: 1\n', ['1:1: key-missing']],
  [
    'neither version nor items, after a comment',
    '# job\nname: a\n',
    ['2:1: key-missing', '2:1: key-missing'],
  ],
  ['an unknown key', `nme: a\n${one}`, ['1:1: key-unknown']],
  ['an unknown key of an item', item('{ text: a, sytem: b }'), ['3:16: key-unknown']],
  ['an unknown key of the defaults', `defaults: { txt: {} }\n${one}`, ['1:13: key-unknown']],
  ['a key twice', `name: a\nname: b\n${one}`, ['2:1: key-duplicate']],
  ['a key twice below an item', item('{ text: a, params: { seed: 1, seed: 2 } }'), ['3:35: key-duplicate']],
  [
    'a key thrice',
    'version: 1\nversion: 1\nversion: 1\nitems: [{ text: a }]\n',
    ['2:1: key-duplicate', '3:1: key-duplicate'],
  ],
  ['__proto__ as a key', `__proto__: { version: 1 }\n${one}`, ['1:1: key-forbidden']],
  ['constructor as a key', item('{ text: a, params: { constructor: 1 } }'), ['3:26: key-forbidden']],
  [
    'prototype as a key in a message',
    item('messages: [{ role: user, content: a, prototype: {} }]'),
    ['3:42: key-forbidden'],
  ],
  ['system beside image', item('{ image: a, system: b }'), ['3:17: key-misplaced']],
  ['kind beside text', item('{ text: a, kind: text }'), ['3:16: key-misplaced']],
  ['expect beside texts', item('{ prompts: [a], expect: { width: 1 } }'), ['3:21: key-misplaced']],
  ['needs on an item', item('{ text: a, needs: b }'), ['3:16: key-unknown']],
  ['system beside kind: image', item('{ prompts: [a], kind: image, system: b }'), ['3:34: key-misplaced']],

  // Values
  ['version 2', 'version: 2\nitems: [{ text: a }]\n', ['1:10: version-unsupported']],
  ['the version as text', 'version: "1"\nitems: [{ text: a }]\n', ['1:10: version-unsupported']],
  ['a version left out', 'version:\nitems: [{ text: a }]\n', ['1:1: version-unsupported']],
  ['a number as name', `name: 7\n${one}`, ['1:7: type-wrong']],
  ['a name with a slash', `name: a/b\n${one}`, ['1:7: value-invalid']],
  ['a name of 64 letters', `name: ${'a'.repeat(64)}\n${one}`, ['1:7: value-invalid']],
  ['a list as description', `description: [a]\n${one}`, ['1:14: type-wrong']],
  ['defaults left out', `defaults:\n${one}`, ['1:1: type-wrong']],
  ['defaults of a kind as a list', `defaults: { text: [] }\n${one}`, ['1:19: type-wrong']],
  ['a number as default system', `defaults: { text: { system: 1 } }\n${one}`, ['1:29: type-wrong']],
  ['items as a map', 'version: 1\nitems: { text: a }\n', ['2:8: type-wrong']],
  ['items left out', 'version: 1\nitems:\n', ['2:1: type-wrong']],
  ['no item in items', 'version: 1\nitems: []\n', ['2:8: value-invalid']],
  [
    'an integer that loses digits',
    item('{ text: a, params: { seed: 12345678901234567890 } }'),
    ['3:32: number-inexact'],
  ],
  ['infinity', item('{ text: a, params: { temperature: .inf } }'), ['3:39: number-not-finite']],
  ['not a number', item('{ text: a, params: { temperature: .nan } }'), ['3:39: number-not-finite']],
  [
    'a number past all numbers',
    item('{ text: a, params: { temperature: 1e999 } }'),
    ['3:39: number-not-finite'],
  ],
  ['a lone surrogate', item('text: "a\\ud83d"'), ['3:11: text-ill-formed']],
  ['a lone surrogate as key', item('{ text: a, "\\ud83d": b }'), ['3:16: text-ill-formed']],

  // Items
  ['a text as item', item('just a text'), ['3:5: type-wrong']],
  ['an empty item', item('{}'), ['3:5: item-empty']],
  ['an item left out', 'version: 1\nitems:\n  -\n', ['3:4: type-wrong']],
  ['an item with a misspelt form', item('txt: a'), ['3:5: item-empty', '3:5: key-unknown']],
  ['text and image in one item', item('{ text: a, image: b }'), ['3:16: item-conflict']],
  ['a prompt left out', item('text:'), ['3:5: type-wrong']],
  ['a number as prompt', item('text: 5'), ['3:11: type-wrong']],
  ['a list as prompt', item('image: [a]'), ['3:12: type-wrong']],
  ['an empty prompt', item('text: ""'), ['3:11: prompt-empty']],
  ['an image prompt that is a path segment', item('image: ".."'), ['3:12: prompt-dot-segment']],
  ['prompts as one text', item('prompts: a'), ['3:14: type-wrong']],
  ['no prompt in prompts', item('prompts: []'), ['3:14: value-invalid']],
  [
    'a wrong and an empty prompt among good ones',
    item('prompts: [a, 5, "", b]'),
    ['3:18: type-wrong', '3:21: prompt-empty'],
  ],
  ['a kind that does not exist', item('{ prompts: [a], kind: video }'), ['3:27: value-invalid']],
  ['no message in messages', item('messages: []'), ['3:15: value-invalid']],
  ['a message without content', item('messages: [{ role: user }]'), ['3:16: key-missing']],
  ['a role that does not exist', item('messages: [{ role: usr, content: a }]'), ['3:24: value-invalid']],
  [
    'a part without a type',
    item('messages: [{ role: user, content: [{ text: a }] }]'),
    ['3:40: key-missing'],
  ],
  [
    'content of no possible type',
    item('messages: [{ role: user, content: { a: b } }]'),
    ['3:39: type-wrong'],
  ],
  ['an empty list as content', item('messages: [{ role: user, content: [] }]'), ['3:39: value-invalid']],
  ['an id with a slash', item('{ id: ../x, text: a }'), ['3:11: id-invalid']],
  ['an id that is a dot', item('{ id: ., text: a }'), ['3:11: id-invalid']],
  ['a number as id', item('{ id: 7, text: a }'), ['3:11: type-wrong']],
  ['an id of 101 letters', item(`{ id: ${'a'.repeat(101)}, text: a }`), ['3:11: id-invalid']],

  // Parameters
  ['an unknown parameter', item('{ text: a, params: { temprature: 1 } }'), ['3:26: param-unknown']],
  ['a parameter of the wrong type', item('{ image: a, params: { width: wide } }'), ['3:34: param-invalid']],
  [
    'a parameter of the other kind',
    item('{ image: a, params: { temperature: 1 } }'),
    ['3:27: param-unknown'],
  ],
  [
    'a wrong default, once for all items',
    'version: 1\ndefaults: { text: { temperature: hot } }\nitems: [{ text: a }, { text: b }]\n',
    ['2:34: param-invalid'],
  ],
  ['system among the image defaults', `defaults: { image: { system: a } }\n${one}`, ['1:22: param-unknown']],
  ['params as a list', item('{ text: a, params: [] }'), ['3:24: type-wrong']],
  ['a number as model', item('{ text: a, params: { model: 5 } }'), ['3:33: type-wrong']],

  // What is around the items
  ['a number as budget', `budget: 2.5\n${one}`, ['1:9: type-wrong']],
  ['a negative budget', `budget: "-1"\n${one}`, ['1:9: value-invalid']],
  ['a budget of nine decimals', `budget: "0.123456789"\n${one}`, ['1:9: value-invalid']],
  ['an endless budget', `budget: .inf\n${one}`, ['1:9: number-not-finite']],
  ['a budget in another notation', `budget: "1e308"\n${one}`, ['1:9: value-invalid']],
  ['a budget without an amount', `budget: { onExceeded: stop }\n${one}`, ['1:9: key-missing']],
  [
    'a budget that is exceeded to no end',
    `budget: { amount: "1", onExceeded: go }\n${one}`,
    ['1:36: value-invalid'],
  ],
  ['a deadline of nothing', `deadline: 0s\n${one}`, ['1:11: value-invalid']],
  ['a deadline without a unit', `deadline: "90"\n${one}`, ['1:11: value-invalid']],
  ['a deadline past all years', `deadline: 9999w\n${one}`, ['1:11: value-invalid']],
  ['a canary of nothing', `canary: 0\n${one}`, ['1:9: value-invalid']],
  ['a canary of half an item', `canary: 0.5\n${one}`, ['1:9: type-wrong']],
  ['a canary without items', `canary: { approve: manual }\n${one}`, ['1:9: key-missing']],
  ['a canary that nobody approves', `canary: { items: 1, approve: no-one }\n${one}`, ['1:30: value-invalid']],
  [
    'a canary that may fail more than altogether',
    `canary: { items: 1, maxFailureRate: 10 }\n${one}`,
    ['1:37: value-invalid'],
  ],
  ['a canary with a number as cost', `canary: { items: 1, maxCost: 0.5 }\n${one}`, ['1:30: type-wrong']],
  ['a canary with a word of its own', `canary: { items: 1, maxFailRate: 0 }\n${one}`, ['1:21: key-unknown']],
  ['an end as soon as nothing fails', `failFast: 0\n${one}`, ['1:11: value-invalid']],
  ['an end when more than all fail', `failFast: { rate: 50 }\n${one}`, ['1:19: value-invalid']],
  ['an end by no rate', `failFast: { window: 5 }\n${one}`, ['1:11: key-missing']],
  ['an end by a window of nothing', `failFast: { rate: 1, window: 0 }\n${one}`, ['1:30: value-invalid']],
  ['a priority that does not exist', `priority: hihg\n${one}`, ['1:11: value-invalid']],
  ['spending that does not exist', `spend: free\n${one}`, ['1:8: value-invalid']],
  ['no call at a time', `limits: { concurrency: 0 }\n${one}`, ['1:24: value-invalid']],
  ['an unknown limit', `limits: { concurency: 1 }\n${one}`, ['1:11: key-unknown']],
  ['news over no HTTP', `notify: { url: "ftp://x.test/" }\n${one}`, ['1:16: value-invalid']],
  ['news to nobody', `notify: []\n${one}`, ['1:9: value-invalid']],
  [
    'an unknown key of a receiver',
    `notify: [{ url: "https://x.test/", if: a }]\n${one}`,
    ['1:36: key-unknown'],
  ],
  ['an unknown event', `notify: { url: "https://x.test/", on: [ended] }\n${one}`, ['1:40: value-invalid']],
  ['news with a password', `notify: { url: "https://a:b@x.test/" }\n${one}`, ['1:16: value-invalid']],
  ['news of nothing', `notify: { url: "https://x.test/", on: [] }\n${one}`, ['1:39: value-invalid']],
  ['a var that templates know as something else', `vars: { row: 1 }\n${one}`, ['1:9: name-reserved']],
  ['a var with a blank in its name', `vars: { "a b": 1 }\n${one}`, ['1:9: value-invalid']],
  ['a job named like a device', `name: con\n${one}`, ['1:7: value-invalid']],
  ['a seed for the whole job', `seed: 7\n${one}`, ['1:7: value-invalid']],
  ['newOnly that is neither', `schedule: { every: 1h, newOnly: maybe }\n${one}`, ['1:33: type-wrong']],

  // Matrix
  ['an axis without values', `matrix: { style: [] }\n${one}`, ['1:18: value-invalid']],
  ['an axis that is no list', `matrix: { style: photo }\n${one}`, ['1:18: type-wrong']],
  ['an axis with lists', `matrix: { style: [[a]] }\n${one}`, ['1:19: type-wrong']],
  ['an axis named like a root', `matrix: { row: [a] }\n${one}`, ['1:11: name-reserved']],
  ['an exclude by no axis', `matrix: { style: [a], exclude: [{ stile: a }] }\n${one}`, ['1:35: matrix-axis']],
  ['a matrix of nothing', item('{ text: a, matrix: {} }'), ['3:24: value-invalid']],
  [
    'an axis of the job again',
    `matrix: { style: [a] }\n${item('{ text: b, matrix: { style: [c] } }')}`,
    ['4:26: matrix-axis'],
  ],

  // Rows
  ['a path that leaves the folder', item('{ text: a, from: ../rows.csv }'), ['3:22: source-path']],
  ['a path that leaves it further on', item('{ text: a, from: data/../../rows.csv }'), ['3:22: source-path']],
  ['an absolute path', item('{ text: a, from: /etc/passwd.csv }'), ['3:22: source-path']],
  ['a path on a drive', item('{ text: a, from: "C:/rows.csv" }'), ['3:22: source-path']],
  ['a path with backslashes', item('{ text: a, from: "data\\\\rows.csv" }'), ['3:22: source-path']],
  ['a web address as source', item('{ text: a, from: "https://x.test/a.csv" }'), ['3:22: source-path']],
  ['a bucket without a key', item('{ text: a, from: "s3://rows" }'), ['3:22: source-path']],
  ['a source of unknown format', item('{ text: a, from: rows.xlsx }'), ['3:22: source-path']],
  ['a template as source', item('{ text: a, from: "{{ run.date }}.csv" }'), ['3:22: template-misplaced']],
  ['select without a source', item('{ text: a, select: { first: 1 } }'), ['3:16: key-misplaced']],
  [
    'a range that runs backwards',
    item('{ text: a, from: a.csv, select: { rows: 9-3 } }'),
    ['3:45: value-invalid'],
  ],
  ['a range from zero', item('{ text: a, from: a.csv, select: { rows: [0, 3] } }'), ['3:46: value-invalid']],
  [
    'first and a sample',
    item('{ text: a, from: a.csv, select: { first: 1, sample: 2 } }'),
    ['3:57: value-invalid'],
  ],
  ['no sample', item('{ text: a, samples: 0 }'), ['3:25: value-invalid']],
  ['a random seed', item('{ text: a, seed: -1 }'), ['3:22: value-invalid']],
  ['a seed twice', item('{ text: a, seed: 1, params: { seed: 2 } }'), ['3:16: key-misplaced']],

  // Ids
  ...['CON', 'nul', 'com1', 'LPT9.txt', 'aux.'].map((id): BadFile => [
    `${id} as an id`,
    item(`{ id: ${id}, text: a }`),
    ['3:11: id-invalid'],
  ]),

  // Texts and images
  ['a picture over plain HTTP', item('{ text: a, images: ["http://x.test/a.png"] }'), ['3:25: url-invalid']],
  ['a picture above the folder', item('{ text: a, images: [../a.png] }'), ['3:25: source-path']],
  ['pictures by a glob', item('{ text: a, images: ["*.png"] }'), ['3:25: source-path']],
  [
    'a file in a chat',
    item('messages: [{ role: user, content: [{ type: image_url, image_url: { url: a.png } }] }]'),
    ['3:77: url-invalid'],
  ],
  ['a schema for a text', item('{ text: a, output: { format: text, schema: {} } }'), ['3:48: value-invalid']],
  ['repairs of a text', item('{ text: a, output: { repair: 3 } }'), ['3:34: value-invalid']],
  [
    'repairs of what is said to be a text',
    item('{ text: a, output: { format: text, repair: 1 } }'),
    ['3:48: value-invalid'],
  ],
  ['six repairs', item('{ text: a, output: { format: json, repair: 6 } }'), ['3:48: value-invalid']],
  ['output of an image', item('{ image: a, output: {} }'), ['3:17: key-misplaced']],
  ['an image of no width', item('{ image: a, expect: { width: 0 } }'), ['3:34: value-invalid']],
  ['extra among the parameters', item('{ text: a, params: { extra: {} } }'), ['3:26: key-misplaced']],
  ['a known parameter under extra', item('{ text: a, extra: { temperature: 1 } }'), ['3:25: key-misplaced']],
  ['messages under extra', item('{ text: a, extra: { messages: [] } }'), ['3:25: key-misplaced']],
  ['a key under extra', item('{ image: a, extra: { key: sk } }'), ['3:26: key-misplaced']],

  ...badSteps,

  // Templates
  ['a row without a source', item('text: "{{ row.name }}"'), ['3:11: template-unknown']],
  ['a template in the id that is none', item('{ id: "{{ nme }}", text: a }'), ['3:11: template-unknown']],
  [
    'a template in the parameters',
    item('{ text: a, params: { stop: ["{{ x }}"] } }'),
    ['3:33: template-unknown'],
  ],
  ['a template in the pictures', item('{ text: a, images: ["{{ x }}"] }'), ['3:25: template-unknown']],
  ['a tag that reads files', item('text: "{% render \'a\' %}"'), ['3:11: template-invalid']],
  ['a tag that holds others', item('text: "{% liquid assign a = 1 %}"'), ['3:11: template-invalid']],
  ['a filter that does not exist', item('text: "{{ run.date | shout }}"'), ['3:11: template-invalid']],
  ['a template of 301 outputs', item(`text: "${'{{ sample }}'.repeat(301)}"`), ['3:11: template-invalid']],
];

function byLine(left: string, right: string): number {
  return Number.parseInt(left, 10) - Number.parseInt(right, 10);
}
