import { compileSchema, isCostly, type SchemaCheck } from '../plan/answer-schema.ts';
import type { Plan, PlannedCall } from '../plan/plan.ts';
import type { Answer } from '../pollinations/outcome.ts';
import type { FailedRecord } from '../records/record.ts';
import { checkApart } from './check-apart.ts';

/** A list that a later step goes over. */
export interface WantedList {
  /** Position of the later step. */
  readonly step: number;
  readonly path: readonly (string | number)[];
  readonly max: number;
}

/** An answer that is what was asked for, or what is wrong with it. */
export type CheckedOutput =
  | { readonly answer: Answer; readonly json?: true; readonly lists?: Readonly<Record<string, number>> }
  | { readonly problem: string; readonly text: string };

const FENCE = '```';
const UNFENCED = 'The JSON came in a code fence, which was taken off.';

/** Answers up to this size are searched for all problems; in larger ones the first must do. */
const SEARCHED_BYTES = 64 * 1024;

type Schema = NonNullable<Plan['schemas']>[string];

interface Check {
  readonly check: SchemaCheck;
  /** The schema itself, where it is checked in a thread of its own. */
  readonly apart?: string;
}

const checks = new WeakMap<object, Check>();

/**
 * Holds a text answer against what its call expects of it: JSON, a schema, lists for later steps. JSON that stands whole
 * in a code fence counts, without the fence: models put it there however they are asked, and nobody wants it. An answer
 * that no check gets through, such as one nested deeper than the stack, is not what was asked for.
 */
export async function checkOutput(...given: Parameters<typeof check>): Promise<CheckedOutput> {
  try {
    return await check(...given);
  } catch (error) {
    // It was paid for: thrown on, this would buy the next answer again and again.
    const why = error instanceof RangeError ? 'it is nested too deep' : 'its check fails';
    return {
      problem: `the answer cannot be checked: ${why}`,
      text: Buffer.from(given[0].body).toString('utf8'),
    };
  }
}

async function check(
  answer: Answer,
  { expect }: Pick<PlannedCall, 'expect'>,
  schemas: Plan['schemas'],
  lists: readonly WantedList[],
): Promise<CheckedOutput> {
  const schema = expect?.schema === undefined ? undefined : schemas?.[expect.schema];
  const needsJson = expect?.json === true || expect?.schema !== undefined || lists.length > 0;
  // A call of a tool stands in place of content, and is no answer to hold against anything.
  if (!needsJson || (answer.extension === 'json' && schema === undefined && lists.length === 0)) {
    return { answer };
  }
  const said = Buffer.from(answer.body).toString('utf8');
  const fenced = withoutFence(said.trim());
  const text = fenced ?? said;
  const value = parse(text);
  const wrong = (problem: string): CheckedOutput => ({ problem, text: said });
  if (value === undefined) {
    return wrong(`JSON was asked for, and the answer is none (${answer.finishReason ?? 'no reason'})`);
  }
  const all = answer.body.byteLength <= SEARCHED_BYTES;
  const problems = schema === undefined ? [] : await problemsOf(schema, { value, text, all });
  if (problems.length > 0) return wrong(`the answer does not fit its schema: ${problems.join('; ')}`);

  const lengths: Record<string, number> = {};
  for (const { step, path, max } of lists) {
    const list = valueAt(value, path);
    const where = path.length === 0 ? 'the answer' : `"${path.join('.')}" of the answer`;
    if (!Array.isArray(list)) return wrong(`${where} is no list, and a later step goes over it`);
    if (list.length > max)
      return wrong(`${where} has ${list.length} entries, and at most ${max} may be used`);
    lengths[step] = list.length;
  }
  return {
    answer: {
      ...answer,
      contentType: 'application/json',
      extension: 'json',
      ...(fenced === undefined ? {} : { body: Buffer.from(text), doubt: UNFENCED }),
    },
    json: true,
    ...(lists.length === 0 ? {} : { lists: lengths }),
  };
}

/** Why answers could not be held against a call's schema: known before the call is made, and paid. */
export function schemaFault(
  { expect }: Pick<PlannedCall, 'expect'>,
  schemas: Plan['schemas'],
): FailedRecord['fault'] | undefined {
  if (expect?.schema === undefined) return undefined;
  const schema = schemas?.[expect.schema];
  try {
    if (schema === undefined) throw new Error('the plan does not have it');
    checkOf(schema);
    return undefined;
  } catch (error) {
    return {
      code: 'schema-invalid',
      message: `the schema cannot be used: ${error instanceof Error ? error.message : String(error)}`.slice(
        0,
        500,
      ),
      remedy: 'Correct the schema of the output; it may refer to nothing but itself.',
    };
  }
}

/** What stands in a JSON value at a path; `undefined` where nothing does. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Readonly<Record<string | number, unknown>>)[name]
        : undefined,
    value,
  );
}

// A plan is read once and kept, and so are the checks of its schemas.
function checkOf(schema: Schema): Check {
  const known = checks.get(schema) ?? {
    check: compileSchema(schema),
    ...(isCostly(schema) ? { apart: JSON.stringify(schema) } : {}),
  };
  checks.set(schema, known);
  return known;
}

// No regular expression: an answer of many blanks would take one of those longer than it took the model.
function withoutFence(said: string): string | undefined {
  const lineEnd = said.indexOf('\n');
  if (lineEnd < 0 || !said.startsWith(FENCE) || !said.endsWith(FENCE)) return undefined;
  const language = said.slice(FENCE.length, lineEnd).trim().toLowerCase();
  if (language !== '' && language !== 'json') return undefined;
  return said.slice(lineEnd + 1, -FENCE.length).trim();
}

// Most schemas cannot hold the worker up, and their check is over before a thread would have heard of it.
async function problemsOf(
  schema: Schema,
  { value, text, all }: { readonly value: unknown; readonly text: string; readonly all: boolean },
): Promise<readonly string[]> {
  const { check, apart } = checkOf(schema);
  return apart === undefined ? check(value, { all }) : checkApart({ schema: apart, value: text, all });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
