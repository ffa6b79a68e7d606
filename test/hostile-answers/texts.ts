import { hostile, type HostileAnswer } from './hostile-answer.ts';
import { chat, chatWithChoice, head, hostileWords, jsonType, okJson, pour, respond } from './parts.ts';

/** JSON that would do for no image, and is no chat answer either. */
const wrong = (name: string, code: HostileAnswer['codes']['text'], body: string | Buffer): HostileAnswer =>
  hostile(name, [code, body.toString().startsWith('{') ? 'server-error' : 'not-the-api'], okJson(body));

const nothingUsed = { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } };
const notice = (content: string): Buffer => Buffer.from(chat(nothingUsed, { content }));
const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const used = (tokens: unknown): string =>
  chat({ usage: { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens } });
/** Written by hand: what a number is in JSON, but in no program. */
const usedAs = (text: string): string =>
  chat({ usage: { prompt_tokens: 'X', completion_tokens: 'X', total_tokens: 'X' } }).replaceAll('"X"', text);

const whereverText: readonly (readonly [string, string])[] = [
  ['choices-null', chat({ choices: null })],
  ['choices-words', chat({ choices: hostileWords })],
  ['choices-object', chat({ choices: { 0: { message: { content: hostileWords } } } })],
  ['choices-empty', chat({ choices: [] })],
  ['choice-null', chat({ choices: [null] })],
  ['choice-number', chat({ choices: [7] })],
  ['message-missing', chatWithChoice({ message: undefined })],
  ['message-words', chatWithChoice({ message: hostileWords })],
  ['message-list', chatWithChoice({ message: [hostileWords] })],
  ['content-null', chat({}, { content: null })],
  ['content-number', chat({}, { content: 42 })],
  ['content-object', chat({}, { content: { text: hostileWords } })],
  ['content-of-no-text-parts', chat({}, { content: [{ type: 'image', url: 'x' }, null, 7] })],
  ['content-spaces', chat({}, { content: ' \n\t ' })],
  ['content-nuls', chat({}, { content: '\0\0\0\0' })],
  ['content-invisible', chat({}, { content: '\u200B\u2060\uFEFF\u00AD\u202E' })],
  ['tool-calls-words', chat({}, { content: null, tool_calls: hostileWords })],
  ['tool-calls-of-nothing', chat({}, { content: null, tool_calls: [null, 7] })],
  ['function-call-true', chat({}, { content: null, function_call: true })],
  ['audio-number', chat({}, { content: null, audio: 7 })],
  ['finish-reason-missing', chatWithChoice({ finish_reason: undefined })],
  ['finish-reason-number', chatWithChoice({ finish_reason: 7 })],
  ['finish-reason-empty', chatWithChoice({ finish_reason: '' })],
  ['usage-missing', chat({ usage: undefined })],
  ['usage-null', chat({ usage: null })],
  ['usage-words', chat({ usage: 'much' })],
  ['usage-list', chat({ usage: [1, 2, 3] })],
  ['usage-zero', used(0)],
  ['usage-negative', used(-5)],
  ['usage-of-words', used('17')],
  ['usage-object', used({})],
  ['usage-beyond-all', usedAs('1e999')],
  ['usage-huge', used(1e300)],
  ['message-of-deep-lists', chat({}, { extra: 'X' }).replace('"X"', deep(50_000))],
  ['json-list', `[${chat()}]`],
  ['json-number', '7'],
  ['json-null', 'null'],
  ['json-words', JSON.stringify(hostileWords)],
  ['json-deep', `{"choices":${deep(100_000)}}`],
  ['duplicate-keys', chat().replace(/\}$/, ',"choices":[]}')],
  ['prototype', `{"__proto__":${chat()},"constructor":{"prototype":${chat()}}}`],
];

/** What is no chat answer, from pages to JSON with one wrong field. */
export const texts: readonly HostileAnswer[] = [
  ...whereverText.map(([name, body]) => wrong(name, 'bad-result', body)),
  hostile('json-cut', ['truncated', 'server-error'], okJson(chat().slice(0, -9))),
  hostile('json-twice', ['truncated', 'server-error'], okJson(chat() + chat())),
  hostile('json-nan', ['truncated', 'server-error'], okJson(usedAs('NaN'))),
  hostile('json-in-utf-16', ['truncated', 'server-error'], okJson(Buffer.from(chat(), 'utf16le'))),
  hostile('nuls', ['truncated', 'not-the-api'], okJson(Buffer.alloc(4_096))),
  hostile(
    'huge-json',
    'answer-too-large',
    pour(() => head('200 OK', [jsonType, 'content-length: 70000000']), '['.repeat(65_536)),
  ),
  hostile('error-in-200', 'server-error', okJson('{"error":{"message":"provider hiccup","code":500}}')),
  hostile(
    'error-of-deep-fields',
    'server-error',
    okJson(`{"error":{"message":"no","details":{"fieldErrors":{"a":${deep(50_000)}}}}}`),
  ),
  hostile(
    'error-of-fields-that-cannot-be-printed',
    'server-error',
    okJson('{"error":{"message":"no","details":{"fieldErrors":{"a":{"toString":1,"valueOf":1}}}}}'),
  ),
  hostile(
    'error-of-two-megabytes',
    ['server-error', 'answer-too-large'],
    okJson(JSON.stringify({ error: `Bearer sk_ ${'content sk_aaaaaaaa '.repeat(100_000)}` })),
  ),
  hostile('error-beside-an-answer', 'server-error', okJson(chat({ error: 'the model broke off' }))),
  hostile('balance-in-200', 'no-credit', okJson('{"error":"Insufficient pollen balance"}')),
  hostile(
    'budget-in-200',
    'key-budget',
    okJson('{"error":{"code":"KEY_BUDGET_EXHAUSTED","message":"used up"}}'),
  ),
  hostile('filter-in-200', 'content-policy', okJson('{"error":{"message":"blocked by content policy"}}')),
  hostile(
    'balance-notice',
    ['no-credit', 'server-error'],
    okJson(notice("This account doesn't have enough credits."), 'cache-control: private, no-store'),
  ),
  hostile(
    'model-notice',
    ['forbidden', 'server-error'],
    okJson(notice('This key is not allowed to use the model.'), 'cache-control: private, no-store'),
  ),
  hostile('refusal', ['content-policy', 'server-error'], okJson(chat({}, { content: null, refusal: 'No.' }))),
  hostile('page', 'not-the-api', respond('200 OK', ['content-type: text/html'], '<h1>Sign in</h1>')),
  hostile('plain-text', 'not-the-api', respond('200 OK', ['content-type: text/plain'], hostileWords)),
  hostile(
    'right-as-a-page',
    ['not-the-api', 'server-error'],
    respond('200 OK', ['content-type: text/html'], chat()),
  ),
  hostile('right-as-nothing', ['not-the-api', 'server-error'], respond('200 OK', [], chat())),
  hostile(
    'event-stream',
    'not-the-api',
    respond('200 OK', ['content-type: text/event-stream'], `data: ${chat()}\n\ndata: [DONE]\n\n`),
  ),
];
