import { stringify } from 'yaml';

import type { Plan } from '../../plan/plan.ts';
import type { Marker } from '../../records/run-store.ts';
import { bullets, code, figures, inertMarkdown } from '../../workflows/markdown.ts';
import type { Column } from './column.ts';
import { cardFeatures } from './dataset-features.ts';
import { wholeJson } from './json-line.ts';

/** What the card of a dataset tells. */
export interface CardFacts {
  readonly marker: Marker;
  /** Absent where it is damaged or lost. */
  readonly plan: Plan | undefined;
  /** How many of the rows ended how. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Models that were asked. */
  readonly models: readonly string[];
  readonly kinds: ReadonlySet<'text' | 'image'>;
  readonly columns: readonly Column[];
  /** Of all rows, about. */
  readonly bytes: number;
}

const DESCRIPTION = 1_000;
const tasks = { image: 'text-to-image', text: 'text-generation' } as const;

/**
 * `README.md` of a dataset: for people what it is, in its front matter the same for Hugging Face's programs. Whatever names and
 * descriptions hold shows as just that text. It names no license: that is for whoever publishes it.
 */
export function datasetCard(facts: CardFacts): string {
  const { marker, plan, statuses, models, columns } = facts;
  const name = plan?.job ?? marker.runId;
  const ended = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const lines = [
    `Run ${code(marker.runId)} of pollen-batch, which ended ${marker.endedAt.slice(0, 10)}: ${ended.join(', ')}`,
    `models: ${models.map((model) => inertMarkdown(model, 60)).join(', ')}`,
    plan?.api.emulated === true
      ? 'the API was emulated: nothing here is a real generation'
      : `API: ${inertMarkdown(plan?.api.id ?? 'unknown')}`,
    'license: none is set; whoever publishes this adds one to the front matter',
  ];
  return [
    `---\n${frontMatter(name, facts)}---`,
    `# ${inertMarkdown(name)}`,
    ...(plan?.description === undefined ? [] : [inertMarkdown(plan.description, DESCRIPTION)]),
    bullets(lines),
    '## Columns',
    figures(
      ['Column', 'Type', 'What it is'],
      [
        ...columns.map(({ name: column, type, about }) => [inertMarkdown(column), type, about]),
        ...(facts.kinds.has('image') ? [['image', 'image', 'The picture; also in `images/`.']] : []),
      ],
    ),
    '## Loading it',
    "```python\nimport datasets, pandas\nrows = datasets.load_dataset('.')['train']\ntable = pandas.read_parquet('data')\n```\n",
  ].join('\n\n');
}

function frontMatter(name: string, { statuses, kinds, columns, bytes }: CardFacts): string {
  const count = Object.values(statuses).reduce((sum, some) => sum + some, 0);
  return asciiYaml({
    pretty_name: name,
    size_categories: [sizeOf(count)],
    task_categories: [...kinds].map((kind) => tasks[kind]),
    tags: ['synthetic', 'pollinations', 'pollen-batch'],
    configs: [{ config_name: 'default', data_files: [{ split: 'train', path: 'data/train-*' }] }],
    dataset_info: {
      features: cardFeatures(columns, kinds.has('image')),
      splits: [{ name: 'train', num_bytes: bytes, num_examples: count }],
    },
  });
}

// Python reads YAML 1.1, which takes other words, characters and ends of lines for special: here all text is quoted ASCII.
function asciiYaml(value: object): string {
  const text = stringify(wholeJson(value), {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  });
  return text.replaceAll(
    /[^\n -~]/gu,
    (sign) => `\\U${(sign.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
}

// https://huggingface.co/docs/hub/datasets-cards
function sizeOf(count: number): string {
  if (count < 1_000) return 'n<1K';
  if (count < 10_000) return '1K<n<10K';
  return count < 100_000 ? '10K<n<100K' : '100K<n<1M';
}
