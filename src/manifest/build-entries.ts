import type { CheckedItem } from './check-items.ts';
import type { CheckedStep } from './check-steps.ts';
import type { WrittenItem, WrittenStep } from './item-schema.ts';
import type {
  DataFormat,
  Entry,
  FilePath,
  ImageExpectation,
  ImageStep,
  Message,
  Output,
  Step,
  TextStep,
  Values,
} from './job.ts';
import { buildMatrix } from './matrix-schema.ts';
import type { WrittenFile } from './schema.ts';
import { buildSelect } from './select.ts';

/** What the API gives without a model differs by its age, so a model is always named. */
const defaultModels = { text: 'openai', image: 'flux' } as const;

type Params = Readonly<Record<string, unknown>>;

/** A call as written, whatever the item or step around it. */
interface WrittenCall {
  readonly system?: string | undefined;
  readonly images?: readonly string[] | undefined;
  readonly params?: Params | undefined;
  readonly extra?: Params | undefined;
  readonly output?: WrittenOutput | undefined;
  readonly expect?: WrittenExpectation | undefined;
}

type WrittenExpectation = NonNullable<Extract<WrittenStep, { image: string }>['expect']>;
type WrittenOutput = NonNullable<Extract<WrittenStep, { text: string }>['output']>;

/** Spreads shorthands out and merges the defaults in. */
export function buildEntries(
  items: readonly CheckedItem[],
  defaults: WrittenFile['defaults'],
): readonly Entry[] {
  const { system: defaultSystem, ...textDefaults } = { model: defaultModels.text, ...defaults?.text };
  const imageDefaults: Params = { model: defaultModels.image, ...defaults?.image };

  const text = (path: FilePath, call: WrittenCall, written: string | readonly Message[]): TextStep => {
    const chat = typeof written === 'string' ? [user(written)] : written;
    // A chat that brings its own system message is not given the job's as well.
    const system = call.system ?? (hasSystem(chat) ? undefined : defaultSystem);
    return {
      kind: 'text',
      messages: withSystem(system, chat),
      ...(call.images === undefined ? {} : { images: call.images }),
      ...(call.output === undefined ? {} : { output: buildOutput(call.output) }),
      params: paramsOf(textDefaults, call),
      needs: [],
      path,
    };
  };
  const image = (path: FilePath, call: WrittenCall, prompt: string): ImageStep => ({
    kind: 'image',
    prompt,
    ...(call.expect === undefined ? {} : { expect: call.expect as ImageExpectation }),
    params: paramsOf(imageDefaults, call),
    needs: [],
    path,
  });
  const stepOf = (path: FilePath, { written, needs, forEach }: CheckedStep): Step => {
    const { id, seed } = written;
    const call = seed === undefined ? written : { ...written, params: { ...written.params, seed } };
    const step =
      'image' in written
        ? image(path, call, written.image)
        : text(path, call, 'text' in written ? written.text : written.messages);
    return { ...step, id, needs, ...(forEach === undefined ? {} : { forEach }) };
  };

  return items.flatMap(({ written, steps, path }): readonly Entry[] => {
    const keys = entryKeys(written);
    const entry = (place: FilePath, entrySteps: readonly Step[]): Entry => ({
      ...keys,
      steps: entrySteps,
      path: place,
    });
    if ('steps' in written) {
      return [
        entry(
          path,
          steps.map((step, index) => stepOf([...path, 'steps', index], step)),
        ),
      ];
    }
    if ('prompts' in written) {
      const make = written.kind === 'image' ? image : text;
      return written.prompts.map((prompt, index) => {
        const place = [...path, 'prompts', index];
        return entry(place, [make(place, written, prompt)]);
      });
    }
    if ('image' in written) return [entry(path, [image(path, written, written.image)])];
    return [entry(path, [text(path, written, 'text' in written ? written.text : written.messages)])];
  });
}

function entryKeys({
  id,
  matrix,
  from,
  format,
  select,
  samples,
  seed,
}: WrittenItem): Omit<Entry, 'steps' | 'path'> {
  const source = from === undefined ? undefined : { path: from, ...formatKey(format) };
  return {
    ...(id === undefined ? {} : { id }),
    ...(matrix === undefined ? {} : { matrix: buildMatrix(matrix) }),
    ...(source === undefined ? {} : { from: source }),
    ...(select === undefined ? {} : { select: buildSelect(select) }),
    ...(samples === undefined ? {} : { samples }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function formatKey(format: DataFormat | undefined): { readonly format?: DataFormat } {
  return format === undefined ? {} : { format };
}

function paramsOf(defaults: Params, { params, extra }: WrittenCall): Params {
  const merged = { ...(defaults['extra'] as Params | undefined), ...extra };
  const { extra: _extra, ...known } = defaults;
  return { ...known, ...params, ...(Object.keys(merged).length === 0 ? {} : { extra: merged }) };
}

function buildOutput({ format, schema, repair }: WrittenOutput): Output {
  const written = typeof schema === 'string' ? { file: schema } : (schema as Values | undefined);
  return {
    format: format ?? (schema === undefined ? 'text' : 'json'),
    ...(written === undefined ? {} : { schema: written }),
    repair: repair ?? 0,
  };
}

function user(content: string): Message {
  return { role: 'user', content };
}

function hasSystem(messages: readonly Message[]): boolean {
  return messages.some(({ role }) => role === 'system' || role === 'developer');
}

function withSystem(system: string | undefined, messages: readonly Message[]): readonly Message[] {
  return system ? [{ role: 'system', content: system }, ...messages] : messages;
}
