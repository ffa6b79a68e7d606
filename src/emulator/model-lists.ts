import type { Era } from './eras.ts';
import type { Model } from './models.ts';

// A model has no date of its own here; the list needs one that never changes.
const created = 1_760_000_000;

/** Models that take pictures beside words. */
const seeing: ReadonlySet<string> = new Set([
  'openai',
  'openai-fast',
  'claude',
  'klein',
  'seedream',
  'kontext',
  'gptimage',
  'nanobanana',
]);

const inputsOf = ({ name }: Model): readonly string[] => (seeing.has(name) ? ['text', 'image'] : ['text']);

const ofKind = (era: Era, kind: Model['kind']): readonly Model[] =>
  era.models.filter((model) => model.kind === kind);

function richEntry(era: Era, model: Model): Record<string, unknown> {
  const rates = Object.entries(model.rates).map(
    ([type, rate]) => [type, era.name === 'gen' ? rate : Number(rate)] as const,
  );
  return {
    name: model.name,
    aliases: model.aliases,
    pricing: { currency: 'pollen', ...Object.fromEntries(rates) },
    description: model.description,
    input_modalities: inputsOf(model),
    output_modalities: [model.kind],
    tools: false,
    reasoning: model.reasoning,
    is_specialized: false,
  };
}

/** The price lists of the later eras: rates are numbers in v1, fixed-point text in gen; zero rates are left out. */
export function richList(era: Era, kind: Model['kind'] | 'all'): readonly unknown[] {
  const models = kind === 'all' ? era.models : ofKind(era, kind);
  return models.map((model) => richEntry(era, model));
}

/** The OpenAI form of the list of text models. */
export function openaiList(era: Era): unknown {
  return {
    object: 'list',
    data: ofKind(era, 'text').map((model) => ({ id: model.name, object: 'model', created })),
  };
}

/** The seed's list of text models: objects without prices. */
export function seedTextList(era: Era): readonly unknown[] {
  return ofKind(era, 'text').map((model) => ({
    name: model.name,
    description: model.description,
    tier: Object.keys(model.rates).length === 0 ? 'anonymous' : 'seed',
    community: false,
    input_modalities: inputsOf(model),
    output_modalities: ['text'],
    tools: false,
    vision: seeing.has(model.name),
    audio: false,
    reasoning: model.reasoning,
  }));
}

/** The seed's list of image models: names alone. */
export function seedImageList(era: Era): readonly string[] {
  return ofKind(era, 'image').map((model) => model.name);
}
