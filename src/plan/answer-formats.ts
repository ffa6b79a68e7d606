import { canonicalJson } from '../canonical-json.ts';
import type { Output, Values } from '../manifest/job.ts';
import { quoted } from '../manifest/printable.ts';
import type { Place } from '../manifest/problem.ts';
import { readTree } from '../manifest/read-tree.ts';
import { readYaml } from '../manifest/read-yaml.ts';
import { compileSchema } from './answer-schema.ts';
import { sha256 } from './digest.ts';
import type { JobFiles } from './job-files.ts';
import { readWhole, type JobInput } from './job-inputs.ts';
import type { PlanFault } from './plan-fault.ts';

/** Most bytes of a file with a schema. */
const SCHEMA_BYTES = 1024 * 1024;

/** A schema as its author wrote it, and the name of what it says. */
export interface AnswerSchema {
  readonly digest: string;
  readonly schema: Values;
}

/** What is wrong with a schema, and where in its file where it has one. */
export type SchemaFault = Pick<PlanFault, 'code' | 'message' | 'inFile'>;

type Found = AnswerSchema | { readonly faults: readonly SchemaFault[] };

/** The schemas of a job's answers; each file is read once. */
export interface AnswerSchemas {
  /** Finds the schema that an output names, if it names any. */
  find(output: Output | undefined): Promise<Found | undefined>;
  /** All that were found, by their digests. */
  readonly all: () => Readonly<Record<string, Values>> | undefined;
  /** Their files. */
  readonly inputs: () => readonly JobInput[];
}

/** Looks into no file before it is asked for. */
export function createAnswerSchemas(files: JobFiles): AnswerSchemas {
  const byPath = new Map<string, Promise<Found>>();
  // An entry's rows share the object that its author wrote.
  const written = new WeakMap<object, AnswerSchema | string>();
  const all: Record<string, Values> = {};
  const inputs: JobInput[] = [];

  function check(schema: unknown): AnswerSchema | string {
    const known = typeof schema === 'object' && schema !== null ? written.get(schema) : undefined;
    if (known !== undefined) return known;
    const problem = schemaProblem(schema);
    const checked = problem ?? { digest: sha256(canonicalJson(schema)), schema: schema as Values };
    if (typeof checked === 'object') all[checked.digest] = checked.schema;
    if (typeof schema === 'object' && schema !== null) written.set(schema, checked);
    return checked;
  }

  async function read(path: string): Promise<Found> {
    const reading = await readWhole(files, path, SCHEMA_BYTES);
    if ('refusal' in reading) {
      return refuse(`the schema ${quoted(path)} cannot be used: ${reading.reason}`);
    }
    const within = ({ message, line, column }: PlacedMessage): SchemaFault => ({
      ...faultOf(message),
      inFile: { file: path, line, column },
    });
    const parsed = parse(Buffer.from(reading.bytes).toString('utf8'));
    if ('faults' in parsed) return { faults: parsed.faults.map(within) };
    const checked = check(parsed.value);
    if (typeof checked === 'string') {
      return { faults: [within({ message: checked, line: 1, column: 1 })] };
    }
    const bytes = reading.bytes.byteLength;
    inputs.push({ path, sha256: sha256(reading.bytes), bytes, contentType: 'application/schema+json' });
    return checked;
  }

  return {
    async find(output) {
      const named = output?.schema;
      if (named === undefined) return undefined;
      if (isFile(named)) {
        const schema = byPath.get(named.file) ?? read(named.file);
        byPath.set(named.file, schema);
        return schema;
      }
      const checked = check(named);
      return typeof checked === 'string' ? refuse(checked) : checked;
    },
    all: () => (Object.keys(all).length === 0 ? undefined : all),
    inputs: () => inputs,
  };
}

/** How a request asks for an answer: by the schema where there is one, else for JSON of any kind. */
export function responseFormat(schema: AnswerSchema | undefined): Readonly<Record<string, unknown>> {
  return schema === undefined
    ? { type: 'json_object' }
    : { type: 'json_schema', json_schema: { name: 'answer', schema: schema.schema } };
}

// A schema of one key `file` that names a text cannot be told from a file's name, and would say nothing.
function isFile(schema: NonNullable<Output['schema']>): schema is { readonly file: string } {
  return Object.keys(schema).length === 1 && typeof schema['file'] === 'string';
}

function refuse(message: string): { readonly faults: readonly SchemaFault[] } {
  return { faults: [faultOf(message)] };
}

function faultOf(message: string): SchemaFault {
  return { code: 'schema-invalid', message };
}

type PlacedMessage = Place & { readonly message: string };

function parse(text: string): { readonly value: unknown } | { readonly faults: readonly PlacedMessage[] } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    const { contents, faults: yamlFaults, placeOf } = readYaml(text);
    const tree = readTree(contents ?? null);
    const faults = [...yamlFaults, ...tree.faults].map(({ message, offset }) => ({
      message,
      ...placeOf(offset),
    }));
    return faults.length > 0 ? { faults } : { value: tree.value };
  }
}

// Compiled, and not only held against its draft: a reference that leads nowhere shows itself only then, and a worker
// would find it after the call was paid.
function schemaProblem(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return 'a JSON Schema is an object';
  }
  try {
    compileSchema(schema as Values);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return `this is no JSON Schema: ${reason.slice(0, 300)}`;
  }
}
