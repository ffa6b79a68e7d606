import type { CheckedItem } from './check-items.ts';
import type { Entry, FilePath, Message, Step } from './job.ts';
import type { WrittenDefaults } from './schema.ts';

/** What the API gives without a model differs by its age, so a model is always named. */
const defaultModels = { text: 'openai', image: 'flux' } as const;

type Params = Readonly<Record<string, unknown>>;

/** Spreads shorthands out and merges the defaults in. */
export function buildEntries(items: readonly CheckedItem[], defaults: WrittenDefaults): readonly Entry[] {
  const { system: defaultSystem, ...textParams } = defaults?.text ?? {};
  const textDefaults: Params = { model: defaultModels.text, ...textParams };
  const imageDefaults: Params = { model: defaultModels.image, ...defaults?.image };

  const text = (path: FilePath, messages: readonly Message[], params: Params = {}): Step => ({
    kind: 'text',
    messages,
    params: { ...textDefaults, ...params },
    needs: [],
    path,
  });
  const image = (path: FilePath, prompt: string, params: Params = {}): Step => ({
    kind: 'image',
    prompt,
    params: { ...imageDefaults, ...params },
    needs: [],
    path,
  });
  const entry = (path: FilePath, step: Step, id?: string): Entry => ({
    ...(id === undefined ? {} : { id }),
    steps: [step],
    path,
  });

  return items.flatMap(({ written, path }): readonly Entry[] => {
    if ('image' in written) return [entry(path, image(path, written.image, written.params), written.id)];
    if ('messages' in written) {
      // A chat that brings its own system message is not given the job's as well.
      const system = written.system ?? (hasSystem(written.messages) ? undefined : defaultSystem);
      return [entry(path, text(path, withSystem(system, written.messages), written.params), written.id)];
    }
    const system = written.system ?? defaultSystem;
    if ('text' in written) {
      const messages = withSystem(system, [user(written.text)]);
      return [entry(path, text(path, messages, written.params), written.id)];
    }
    return written.prompts.map((prompt, index) => {
      const place = [...path, 'prompts', index];
      return written.kind === 'image'
        ? entry(place, image(place, prompt, written.params))
        : entry(place, text(place, withSystem(system, [user(prompt)]), written.params));
    });
  });
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
