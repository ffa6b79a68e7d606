import type { CheckedItem } from './check-items.ts';
import type { JobItem, Message } from './job.ts';
import { nodeAt } from './node-at.ts';
import type { Place } from './problem.ts';
import type { Reporter } from './reporter.ts';
import type { WrittenDefaults } from './schema.ts';

/** What the API gives without a model differs by its age, so a model is always named. */
const defaultModels = { text: 'openai', image: 'flux' } as const;

type Params = Readonly<Record<string, unknown>>;

/** Expands shorthands and merges the defaults in. */
export function buildItems(
  items: readonly CheckedItem[],
  defaults: WrittenDefaults,
  reporter: Reporter,
): readonly JobItem[] {
  const { system: defaultSystem, ...textParams } = defaults?.text ?? {};
  const textDefaults: Params = { model: defaultModels.text, ...textParams };
  const imageDefaults: Params = { model: defaultModels.image, ...defaults?.image };

  const text = (place: Place, messages: readonly Message[], params: Params = {}, id?: string): JobItem => ({
    id,
    kind: 'text',
    messages,
    params: { ...textDefaults, ...params },
    place,
  });
  const image = (place: Place, prompt: string, params: Params = {}, id?: string): JobItem => ({
    id,
    kind: 'image',
    prompt,
    params: { ...imageDefaults, ...params },
    place,
  });

  return items.flatMap(({ written, node }): readonly JobItem[] => {
    const place = reporter.placeOf(node);
    if ('image' in written) return [image(place, written.image, written.params, written.id)];
    if ('messages' in written) {
      // A chat that brings its own system message is not given the job's as well.
      const system = written.system ?? (hasSystem(written.messages) ? undefined : defaultSystem);
      return [text(place, withSystem(system, written.messages), written.params, written.id)];
    }
    const system = written.system ?? defaultSystem;
    if ('text' in written)
      return [text(place, withSystem(system, [user(written.text)]), written.params, written.id)];
    return written.prompts.map((prompt, index) => {
      const promptPlace = reporter.placeOf(nodeAt(node, ['prompts', index]));
      return written.kind === 'image'
        ? image(promptPlace, prompt, written.params)
        : text(promptPlace, withSystem(system, [user(prompt)]), written.params);
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
