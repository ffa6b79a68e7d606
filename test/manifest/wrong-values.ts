/** Values that most keys cannot take, as they are written in a job file. */
export const wrongValues = [
  '',
  '~',
  '-1',
  '0.5',
  '999999999999',
  'true',
  '""',
  '"nonsense at all"',
  '[]',
  '[~]',
  '[[]]',
  '[-1]',
  '[5]',
  '[""]',
  '[{}]',
  '{}',
  '{ nonsense: ~ }',
  '{ start: -1 }',
] as const;

/** Every key of the language, as a job file with a hole (`HERE`) for its value. */
export const jobsWithAHole: readonly string[] = [
  ...[
    'version',
    'name',
    'description',
    'labels',
    'vars',
    'defaults',
    'limits',
    'budget',
    'spend',
    'canary',
    'deadline',
    'failFast',
    'priority',
    'schedule',
    'notify',
    'reuse',
    'allowUnpriced',
    'seed',
    'matrix',
    'items',
  ].map((key) => `${key}: HERE`),
  'labels: { team: HERE }',
  ...['text', 'image', 'text: { system', 'text: { model', 'text: { extra', 'image: { extra'].map(
    (key) => `defaults: { ${key}: HERE }${key.includes('{') ? ' }' : ''}`,
  ),
  'limits: { concurrency: HERE }',
  ...[
    'cron',
    'calendars',
    'every',
    'timezone',
    'overlap',
    'catchupWindow',
    'jitter',
    'pauseOnFailure',
    'newOnly',
  ].map((key) => `schedule: { ${key === 'cron' || key === 'every' ? '' : 'every: 1h, '}${key}: HERE }`),
  ...['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek', 'year', 'comment'].flatMap((key) => [
    `schedule: { calendars: [{ ${key}: HERE }] }`,
    `schedule: { calendars: [{ ${key}: [HERE] }] }`,
    `schedule: { calendars: [{ ${key}: { start: HERE } }] }`,
  ]),
  ...['items', 'items: 1, approve', 'items: 1, maxFailureRate', 'items: 1, maxCost'].map(
    (key) => `canary: { ${key}: HERE }`,
  ),
  ...['rate', 'rate: 1, window'].map((key) => `failFast: { ${key}: HERE }`),
  'notify: { url: HERE }',
  'notify: { url: "https://x.test/", on: HERE }',
  'notify: [HERE]',
  'matrix: { axis: HERE }',
  'matrix: { include: HERE }',
  'matrix: { axis: [a], exclude: HERE }',
  ...['id', 'matrix', 'samples', 'seed', 'text', 'system', 'images', 'params', 'extra', 'output'].map((key) =>
    inItem(`${key === 'text' ? '' : 'text: a, '}${key}: HERE`),
  ),
  ...['from', 'format', 'select'].map((key) =>
    inItem(`text: a, ${key === 'from' ? '' : 'from: a.csv, '}${key}: HERE`),
  ),
  ...['rows', 'where', 'first', 'sample', 'sample: 1, seed'].map((key) =>
    inItem(`text: a, from: a.csv, select: { ${key}: HERE }`),
  ),
  inItem('text: a, from: a.csv, select: { where: { column: HERE } }'),
  inItem('text: a, params: { model: HERE }'),
  ...['format', 'schema', 'repair'].map((key) => inItem(`text: a, output: { ${key}: HERE }`)),
  inItem('image: HERE'),
  inItem('image: a, expect: HERE'),
  ...['width', 'height', 'type'].map((key) => inItem(`image: a, expect: { ${key}: HERE }`)),
  inItem('prompts: HERE'),
  inItem('prompts: [a], kind: HERE'),
  inItem('messages: HERE'),
  ...['role', 'content'].map((key) =>
    inItem(`messages: [{ ${key}: HERE${key === 'role' ? ', content: a' : ', role: user'} }]`),
  ),
  inItem('messages: [{ role: user, content: [{ type: HERE }] }]'),
  inItem('steps: HERE'),
  ...['id', 'seed', 'needs', 'forEach', 'system', 'images', 'params', 'extra', 'output', 'text'].map((key) =>
    inItem(
      `steps: [{ id: list, text: a, output: { format: json } }, { ${key === 'id' ? '' : 'id: b, '}${key === 'text' ? '' : 'text: b, '}${key}: HERE }]`,
    ),
  ),
  ...['list', 'list: steps.list.json, max'].map((key) =>
    inItem(
      `steps: [{ id: list, text: a, output: { format: json } }, { id: b, text: b, forEach: { ${key}: HERE } }]`,
    ),
  ),
];

function inItem(keys: string): string {
  return `items: [{ ${keys} }]`;
}

/** The job with a value in its hole, made whole. */
export function jobWith(job: string, value: string): string {
  const rest = [
    job.startsWith('version') ? '' : 'version: 1\n',
    job.startsWith('items') ? '' : 'items: [{ text: a }]\n',
  ];
  return `${job.replace('HERE', value)}\n${rest.join('')}`;
}
