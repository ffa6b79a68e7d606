import { parseAmount } from '../../pollen/amount.ts';
import { isMissing } from '../result-line.ts';
import { countTokens } from '../token-counts.ts';
import { column, required, type Column } from './column.ts';
import type { ExportLine } from './export-line.ts';

const succeeded = (line: ExportLine) => (line.status === 'succeeded' ? line : undefined);
const failed = (line: ExportLine) => (line.status === 'failed' ? line : undefined);
const recorded = (line: ExportLine) => (isMissing(line) ? undefined : line);
const artifactOf = (line: ExportLine) => succeeded(line)?.artifact;
const faultOf = (line: ExportLine) => failed(line)?.fault;
const tokensOf = (line: ExportLine) => countTokens(succeeded(line)?.usage ?? {});
const lastAnswer = ({ attempts }: ExportLine) => attempts.findLast(({ code }) => code === 'answered');

const whatItIs: readonly Column[] = [
  required('number', 'integer', 'Position of the item in the job, from 1.', ({ number }) => number),
  required('id', 'text', 'Id of the item.', ({ id }) => id),
  column('custom_id', 'text', 'What the author of a batch file called it.', ({ customId }) => customId),
  required('status', 'text', '`succeeded`, `failed`, `cancelled` or `expired`.', ({ status }) => status),
  required(
    'kind',
    'text',
    '`text` or `image`; of an item of several calls, its last one.',
    ({ kind }) => kind,
  ),
];

const whatWasAsked: readonly Column[] = [
  required('model', 'text', 'Model that was asked.', ({ model }) => model),
  column('model_used', 'text', 'Model that says it has answered.', (line) => succeeded(line)?.modelUsed),
  column('seed', 'integer', 'Seed that was sent.', (line) => recorded(line)?.seed),
  column('prompt', 'text', 'The prompt; of a conversation, what the user says last.', ({ prompt }) => prompt),
  column(
    'messages',
    'json',
    'The whole conversation, where it is more than that prompt.',
    ({ messages }) => messages,
  ),
  column('params', 'json', 'Further parameters of the call.', ({ params }) => params),
  column('vars', 'json', 'Values of its matrix and its row.', ({ vars }) => vars),
];

const whatCameOfIt: readonly Column[] = [
  column('text', 'text', 'The answer, up to 64 KB; a longer one is a file.', (line) => succeeded(line)?.text),
  column('is_json', 'boolean', 'Whether the text is the JSON that was asked for.', (line) =>
    line.status === 'succeeded' && line.kind === 'text' ? line.json === true : undefined,
  ),
  column('message', 'json', 'The whole answer, where it is more than a text.', (line) => {
    const message = succeeded(line)?.message;
    return typeof message === 'object' && message !== null ? message : undefined;
  }),
  column('finish_reason', 'text', 'Why the model stopped.', (line) => succeeded(line)?.finishReason),
  column('file', 'text', 'Name of the result among the copied files.', ({ file }) => file),
  column(
    'artifact',
    'text',
    'Key of the result in the bucket, where it is an object of its own.',
    (line) => artifactOf(line)?.key,
  ),
  column('content_type', 'text', 'Media type of that object.', (line) => artifactOf(line)?.contentType),
  column('bytes', 'integer', 'Size of the result.', (line) => succeeded(line)?.bytes),
  column('width', 'integer', 'Pixels of an image.', (line) => artifactOf(line)?.width),
  column('height', 'integer', 'Pixels of an image.', (line) => artifactOf(line)?.height),
  column('sha256', 'text', 'Of the bytes of the result.', (line) => succeeded(line)?.sha256),
  column(
    'doubt',
    'text',
    'Why it looks wrong, though it passed every check.',
    (line) => succeeded(line)?.doubt,
  ),
  column('steps', 'json', 'The calls of an item that has several.', ({ steps }) => steps),
  column('reused_run', 'text', 'Earlier run that made the call.', (line) => recorded(line)?.reused?.runId),
];

const whatItTook: readonly Column[] = [
  required('cost', 'pollen', 'What is known to be charged.', ({ cost }) => parseAmount(cost.settled)),
  required(
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
  required(
    'attempts',
    'integer',
    'Tries, those included that were told to slow down.',
    (line) => line.attempts.length + (line.throttled ?? 0),
  ),
  required('throttled', 'integer', 'Tries that were told to slow down.', ({ throttled = 0 }) => throttled),
  column(
    'cache',
    'text',
    'What the API said of its cache: `hit`, `miss` or `absent`.',
    (line) => lastAnswer(line)?.cache?.status,
  ),
  column('prompt_tokens', 'integer', 'Tokens of what was sent.', (line) => tokensOf(line).prompt),
  column('completion_tokens', 'integer', 'Tokens of what was answered.', (line) => tokensOf(line).completion),
  column('started_at', 'time', 'When the first attempt was sent.', ({ startedAt }) => startedAt),
  column('ended_at', 'time', 'When the last attempt ended.', ({ endedAt }) => endedAt),
  column('latency_ms', 'integer', 'Milliseconds that the answer took.', ({ latencyMs }) => latencyMs),
];

const whatWentWrong: readonly Column[] = [
  column('error_code', 'text', 'What went wrong, as one word.', (line) => faultOf(line)?.code),
  column('error_status', 'integer', 'HTTP status that the API gave.', (line) => faultOf(line)?.status),
  column('error_message', 'text', 'What went wrong, in words.', (line) => faultOf(line)?.message),
  column('remedy', 'text', 'What to do about it.', (line) => faultOf(line)?.remedy),
];

/** The columns that every run has, in their order. */
export const resultColumns: readonly Column[] = [
  ...whatItIs,
  ...whatWasAsked,
  ...whatCameOfIt,
  ...whatItTook,
  ...whatWentWrong,
];
