import { isObject, type Json } from '../../json.ts';
import { quoted } from '../../manifest/printable.ts';
import type { ExpandedStep } from '../expand/expanded-item.ts';
import { jsonFaultOffset, jsonFaultReason } from '../sources/json-fault.ts';
import { readChatBody, readImageBody, type BodyContext, type ReadBody } from './batch-body.ts';
import { type LineFault } from './line-fault.ts';

/** A line of an OpenAI Batch file, or everything that is wrong with it. */
export type BatchLine =
  | { readonly customId: string; readonly step: ExpandedStep }
  | { readonly faults: readonly LineFault[] };

const MEMBERS = ['custom_id', 'method', 'url', 'body'];

/** A custom id travels with every result. */
const MAX_CUSTOM_ID = 512;

const endpoints: Readonly<Record<string, (body: Json, context: BodyContext) => ReadBody>> = {
  '/v1/chat/completions': readChatBody,
  '/v1/images/generations': readImageBody,
};

/** Reads one line, whose form is that of the input files of OpenAI's Batch API. */
export function readBatchLine(text: string, context: BodyContext): BatchLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    return { faults: [syntaxFault(error, text)] };
  }
  if (!isObject(line))
    return { faults: [{ code: 'type-wrong', message: `a line is an object with ${names(MEMBERS)}` }] };
  const { custom_id: customId, method, url, body } = line;
  const faults = [...memberFaults(line), ...customIdFaults(customId)];
  if (method !== undefined && method !== 'POST') {
    faults.push({ code: 'value-invalid', message: '`method` can only be "POST"', at: ['method'] });
  }
  const read = typeof url === 'string' && Object.hasOwn(endpoints, url) ? endpoints[url] : undefined;
  if (url !== undefined && read === undefined) {
    const known = Object.keys(endpoints).map(quoted).join(' and ');
    const message = `the url ${typeof url === 'string' ? quoted(url) : 'of a line'} is not supported; ${known} are`;
    faults.push({ code: 'value-invalid', message, at: ['url'] });
  }
  if (body !== undefined && !isObject(body)) {
    faults.push({ code: 'type-wrong', message: '`body` is an object', at: ['body'] });
  }
  const call = read === undefined || !isObject(body) ? undefined : read(body, context);
  if (call !== undefined && 'faults' in call) faults.push(...call.faults);
  if (faults.length > 0 || call === undefined || !('step' in call)) return { faults };
  return { customId: customId as string, step: call.step };
}

function memberFaults(line: Json): LineFault[] {
  const missing = MEMBERS.filter((member) => !Object.hasOwn(line, member));
  const unknown = Object.keys(line).filter((member) => !MEMBERS.includes(member));
  return [
    ...missing.map((member): LineFault => ({
      code: 'key-missing',
      message: `the line has no \`${member}\``,
    })),
    ...unknown.map((member): LineFault => {
      const message = `a line has no member ${quoted(member)}; it has ${names(MEMBERS)}`;
      return { code: 'key-unknown', message, at: [member] };
    }),
  ];
}

function customIdFaults(customId: unknown): readonly LineFault[] {
  const at = ['custom_id'];
  if (customId === undefined) return [];
  if (typeof customId !== 'string' || customId === '' || customId.length > MAX_CUSTOM_ID) {
    return [
      { code: 'value-invalid', message: `\`custom_id\` is a text of up to ${MAX_CUSTOM_ID} characters`, at },
    ];
  }
  // Under the `u` flag only halves of pairs are found.
  return /\p{Surrogate}/u.test(customId)
    ? [{ code: 'text-ill-formed', message: '`custom_id` holds half of a surrogate pair', at }]
    : [];
}

function syntaxFault(error: unknown, text: string): LineFault {
  const column = jsonFaultOffset(text, error) + 1;
  return { code: 'data-invalid', message: `the line is no JSON: ${jsonFaultReason(error)}`, column };
}

function names(members: readonly string[]): string {
  return members.map((member) => `\`${member}\``).join(', ');
}
