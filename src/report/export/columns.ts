import { parseAmount } from '../../pollen/amount.ts';
import type { Usage } from '../../pollen/usage.ts';
import { isMissing, type ResultLine } from '../result-line.ts';
import type { ExportLine } from './export-line.ts';

/** What the cells of a column are. */
export type ColumnType = 'integer' | 'text' | 'json' | 'pollen' | 'time' | 'boolean';

/** A cell: an amount of Pollen in units of 1e-8, JSON as its value, a time as ISO 8601. */
export type Cell = string | number | bigint | boolean | object | undefined;

/** A column of the results as a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether every item has it. */
  readonly isRequired: boolean;
  /** One sentence for people. */
  readonly about: string;
  cell(line: ExportLine): Cell;
}

const required: ReadonlySet<string> = new Set([
  'number',
  'id',
  'status',
  'kind',
  'model',
  'cost',
  'unknown_charges',
  'attempts',
  'throttled',
]);

function column(name: string, type: ColumnType, about: string, cell: (line: ExportLine) => Cell): Column {
  return { name, type, isRequired: required.has(name), about, cell };
}

const succeeded = (line: ExportLine) => (line.status === 'succeeded' ? line : undefined);
const failed = (line: ExportLine) => (line.status === 'failed' ? line : undefined);
const recorded = (line: ExportLine) => (isMissing(line) ? undefined : line);

/** The columns that every run has, in their order. */
export const resultColumns: readonly Column[] = [
  column('number', 'integer', 'Position of the item in the job, from 1.', ({ number }) => number),
  column('id', 'text', 'Id of the item.', ({ id }) => id),
  column('custom_id', 'text', 'What the author of a batch file called it.', ({ customId }) => customId),
  column('status', 'text', '`succeeded`, `failed`, `cancelled` or `expired`.', ({ status }) => status),
  column(
    'kind',
    'text',
    '`text` or `image`; of an item of several calls, those of its last one.',
    ({ kind }) => kind,
  ),
  column('model', 'text', 'Model that was asked.', ({ model }) => model),
  column('model_used', 'text', 'Model that says it has answered.', (line) => succeeded(line)?.modelUsed),
  column('seed', 'integer', 'Seed that was sent.', (line) => recorded(line)?.seed),
  column('prompt', 'text', 'The prompt; of a conversation, what the user says last.', ({ prompt }) => prompt),
  column(
    'messages',
    'json',
    'The whole conversation, where it is more than the prompt.',
    ({ messages }) => messages,
  ),
  column('params', 'json', 'Further parameters of the call.', ({ params }) => params),
  column('vars', 'json', 'Values of its matrix and its row.', ({ vars }) => vars),
  column(
    'text',
    'text',
    'The answer of a text, up to 64 KB; a longer one is a file.',
    (line) => succeeded(line)?.text,
  ),
  column('is_json', 'boolean', 'Whether the text is the JSON that was asked for.', (line) =>
    line.status === 'succeeded' && line.kind === 'text' ? line.json === true : undefined,
  ),
  column('file', 'text', 'Name of the result among the copied files.', ({ file }) => file),
  column(
    'artifact',
    'text',
    'Key of the result in the bucket, where it is an object of its own.',
    (line) => succeeded(line)?.artifact?.key,
  ),
  column(
    'content_type',
    'text',
    'Media type of that object.',
    (line) => succeeded(line)?.artifact?.contentType,
  ),
  column('bytes', 'integer', 'Size of the result.', (line) => succeeded(line)?.bytes),
  column('width', 'integer', 'Pixels of an image.', (line) => succeeded(line)?.artifact?.width),
  column('height', 'integer', 'Pixels of an image.', (line) => succeeded(line)?.artifact?.height),
  column('sha256', 'text', 'Of the bytes of the result.', (line) => succeeded(line)?.sha256),
  column('cost', 'pollen', 'What is known to be charged.', ({ cost }) => parseAmount(cost.settled)),
  column(
    'unknown_charges',
    'integer',
    'Calls of which nobody knows whether they were charged.',
    ({ cost }) => cost.unknown.count,
  ),
  column(
    'unknown_at_most',
    'pollen',
    'What these may have cost; empty where nothing bounds it.',
    ({ cost }) => (cost.unknown.atMost === null ? undefined : parseAmount(cost.unknown.atMost)),
  ),
  column(
    'attempts',
    'integer',
    'Tries, those included that were told to slow down.',
    (line) => line.attempts.length + (line.throttled ?? 0),
  ),
  column('throttled', 'integer', 'Tries that were told to slow down.', ({ throttled = 0 }) => throttled),
  column(
    'cache',
    'text',
    'What the API said of its cache: `hit`, `miss` or `absent`.',
    (line) => line.attempts.findLast(({ code }) => code === 'answered')?.cache?.status,
  ),
  column('prompt_tokens', 'integer', 'Tokens of what was sent.', (line) =>
    tokens(succeeded(line)?.usage, 'prompt'),
  ),
  column('completion_tokens', 'integer', 'Tokens of what was answered.', (line) =>
    tokens(succeeded(line)?.usage, 'completion'),
  ),
  column('started_at', 'time', 'When the first attempt was sent.', ({ startedAt }) => startedAt),
  column('ended_at', 'time', 'When the last attempt ended.', ({ endedAt }) => endedAt),
  column('latency_ms', 'integer', 'Milliseconds that the answer took.', ({ latencyMs }) => latencyMs),
  column(
    'error_code',
    'text',
    'What went wrong, as `pollen-batch explain` names it.',
    (line) => failed(line)?.fault.code,
  ),
  column('error_status', 'integer', 'HTTP status that the API gave.', (line) => failed(line)?.fault.status),
  column('error_message', 'text', 'What went wrong, in words.', (line) => failed(line)?.fault.message),
  column('remedy', 'text', 'What to do about it.', (line) => failed(line)?.fault.remedy),
  column(
    'doubt',
    'text',
    'Why an answer that passed every check looks wrong all the same.',
    (line) => succeeded(line)?.doubt,
  ),
  column('reused_run', 'text', 'Earlier run that made the call.', (line) => recorded(line)?.reused?.runId),
];

/** Names of more variables than these stay in `vars` alone. */
const MOST_VARS = 200;

/** Collects the variables that the items of a run have. */
export function collectVars(): { add(line: Pick<ResultLine, 'vars'>): void; columns(): readonly Column[] } {
  const names = new Set<string>();
  return {
    add({ vars = {} }) {
      if (names.size <= MOST_VARS) for (const name of Object.keys(vars)) names.add(name);
    },
    columns: () => (names.size > MOST_VARS ? [] : [...names].map(varColumn)),
  };
}

// A row of a data file may have any type in any line, so a column of them is text.
function varColumn(name: string): Column {
  return column(`var_${name}`, 'text', `The variable ${name}.`, ({ vars }) => {
    const value = vars !== undefined && Object.hasOwn(vars, name) ? vars[name] : undefined;
    return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
  });
}

function tokens(usage: Usage | undefined, side: 'prompt' | 'completion'): number | undefined {
  const counts = Object.entries(usage ?? {}).filter(
    ([unit]) => unit.startsWith(side) && unit.endsWith('Tokens') && !unit.endsWith('ImageTokens'),
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, [, count]) => sum + count, 0);
}
