import type { BadFile } from './bad-files.ts';

const listSteps =
  'steps: [{ id: a, text: a, output: { format: json } }, { id: b, text: b, forEach: steps.a.json }';

const item = (text: string): string => `version: 1\nitems:\n  - ${text}\n`;

/** Job files whose steps are wrong, as `badFiles`. */
export const badSteps: readonly BadFile[] = [
  ['no steps', item('steps: []'), ['3:12: value-invalid']],
  ['a step without an id', item('steps: [{ text: a }]'), ['3:13: key-missing']],
  [
    'a step with an id that templates could not name',
    item('steps: [{ id: a-b, text: a }]'),
    ['3:19: value-invalid'],
  ],
  [
    'a step with the name of a stored object',
    item('steps: [{ id: record, text: a }]'),
    ['3:19: value-invalid'],
  ],
  ['the same in other letters', item('steps: [{ id: Attempts, text: a }]'), ['3:19: value-invalid']],
  [
    'steps that differ in case alone',
    item('steps: [{ id: a, text: a }, { id: A, text: b }]'),
    ['3:39: step-duplicate'],
  ],
  ['a step that is a text', item('steps: [a]'), ['3:13: type-wrong']],
  ['steps beside text', item('{ text: a, steps: [{ id: a, text: a }] }'), ['3:16: item-conflict']],
  ['params beside steps', item('{ params: {}, steps: [{ id: a, text: a }] }'), ['3:7: key-misplaced']],
  [
    'a step that needs one that is not there',
    item('steps: [{ id: idea, text: a }, { id: b, text: b, needs: ide }]'),
    ['3:61: step-unknown'],
  ],
  ['a step that needs itself', item('steps: [{ id: a, text: a, needs: [a] }]'), ['3:39: step-cycle']],
  [
    'a step that needs a later one',
    item('steps: [{ id: a, text: a, needs: b }, { id: b, text: b }]'),
    ['3:38: step-order'],
  ],
  [
    'steps that wait for each other',
    item(
      'steps: [{ id: a, text: a, needs: c }, { id: b, text: "{{ steps.a.text }}" }, { id: c, text: c, needs: b }]',
    ),
    ['3:38: step-cycle'],
  ],
  [
    'JSON of a step that gives text',
    item('steps: [{ id: a, text: a }, { id: b, text: "{{ steps.a.json.x }}" }]'),
    ['3:48: step-unknown'],
  ],
  [
    'text of a step that gives an image',
    item('steps: [{ id: a, image: a }, { id: b, text: "{{ steps.a.text }}" }]'),
    ['3:49: step-unknown'],
  ],
  [
    'a picture in a prompt',
    item('steps: [{ id: a, image: a }, { id: b, text: "{{ steps.a.image }}" }]'),
    ['3:49: template-unknown'],
  ],
  ...['x {{ steps.a.image }}', '{{ steps.a.image | upcase }}', '{{ steps.a.image }}{{ steps.a.image }}'].map(
    (picture): BadFile => [
      `a picture that is not alone: ${picture}`,
      item(`steps: [{ id: a, image: a }, { id: b, text: b, images: ["${picture}"] }]`),
      ['3:61: template-unknown'],
    ],
  ),
  [
    'a picture in a parameter',
    item('steps: [{ id: a, image: a }, { id: b, image: b, params: { image: "{{ steps.a.image }}" } }]'),
    ['3:70: template-unknown'],
  ],
  [
    'the address of a picture that was made',
    item('steps: [{ id: a, image: a }, { id: b, text: "{{ steps.a.url }}" }]'),
    ['3:49: step-unknown'],
  ],
  [
    'a part of a text that a step gives',
    item('steps: [{ id: a, text: a }, { id: b, text: "{{ steps.a.text.title }}" }]'),
    ['3:48: step-unknown'],
  ],
  [
    'one answer of a step over a list',
    item(`${listSteps}, { id: c, text: "{{ steps.b.text }}" }]`),
    ['3:117: step-unknown'],
  ],
  [
    'pictures of a step over a list in a prompt',
    item(`${listSteps.replace('text: b', 'image: b')}, { id: c, text: '{{ steps.b | map: "image" }}' }]`),
    ['3:118: template-unknown'],
  ],
  [
    'a step that uses its own answer',
    item('steps: [{ id: a, text: "{{ steps.a.text }}" }]'),
    ['3:28: step-cycle'],
  ],
  ...['record', 'Step', 'ATTEMPTS', 'request'].map((id): BadFile => [
    `a step named like what is stored: ${id}`,
    item(`steps: [{ id: ${id}, text: a }]`),
    ['3:19: value-invalid'],
  ]),
  [
    'each in a step without a list',
    item('steps: [{ id: a, text: "{{ each }}" }]'),
    ['3:28: template-unknown'],
  ],
  ['steps outside of steps', item('text: "{{ steps.a.text }}"'), ['3:11: template-unknown']],
  [
    'a list that is no list of a step',
    item('steps: [{ id: a, text: a, forEach: row.topics }]'),
    ['3:40: value-invalid'],
  ],
  [
    'a list of a step that gives text',
    item('steps: [{ id: a, text: a }, { id: b, text: b, forEach: steps.a.json }]'),
    ['3:60: step-unknown'],
  ],
  [
    'an item of more calls than a page holds',
    item(
      'steps: [{ id: a, text: a, output: { format: json } }, { id: b, text: "{{ each }}", output: { repair: 5 }, forEach: { list: steps.a.json, max: 100 } }]',
    ),
    ['3:12: step-limit'],
  ],
  [
    'a list without end',
    item('steps: [{ id: a, text: a, forEach: { list: steps.a.json, max: 101 } }]'),
    ['3:48: step-cycle', '3:67: value-invalid'],
  ],
];
