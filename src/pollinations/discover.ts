import { setTimeout as delay } from 'node:timers/promises';
import { PollenBatchError } from '../errors.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { isLoopback } from '../proxy/proxy.ts';
import { normaliseBase } from './base-url.ts';
import { catalogueOf } from './catalogue.ts';
import type { Dialect, DialectName } from './dialects/dialect.ts';
import { dialects } from './dialects/index.ts';
import { fetchModels, type ModelsAnswer } from './fetch-models.ts';
import type { ModelInfo } from './models.ts';
import type { Secret } from './secret.ts';
import { createSend, type Send } from './send.ts';

/** The API that was found, with all that a plan needs to know of it. */
export interface Api {
  /** Part of every digest: `emulator` for any emulator, else the base URL. */
  readonly id: string;
  readonly base: string;
  readonly dialect: DialectName;
  /** Whether it says that it is the emulator, so that nothing real is generated or billed. */
  readonly emulated: boolean;
  readonly prices: PriceSnapshot;
  readonly models: readonly ModelInfo[];
  /** What was tried and found, in sentences for people. */
  readonly found: readonly string[];
  /** What was found, and what is odd about it: enough for people who are not looking for a fault. */
  readonly summary: readonly string[];
}

export interface DiscoverOptions {
  /** Base URL of the API. @default the hosts of Pollinations, the first one first */
  readonly base?: string;
  /** The dialect to speak, or `auto` to find out. */
  readonly dialect: DialectName | 'auto';
  /** Prices that go over those of the API's lists. */
  readonly priceFile?: PriceSnapshot;
  /** @default one with connections of its own, by no proxy */
  readonly send?: Send;
  /** Sent with the models calls, so that a key's list of allowed models is seen. */
  readonly key?: Secret;
}

interface Candidate {
  readonly base: string;
  readonly dialect: Dialect;
}

/**
 * Finds the API and its dialect by their models calls, which cost nothing. With `auto` every dialect is tried at
 * the given base, or else at each dialect's own host: a host that does not answer is left for the next.
 *
 * @throws PollenBatchError `api-unreachable` when no dialect answers, with what was tried as details;
 * `config-invalid` when the base is no plain http(s) URL.
 */
export async function discoverApi(options: DiscoverOptions): Promise<Api> {
  const { send = createSend() } = options;
  const found: string[] = [];
  const silentBases = new Set<string>();
  let remedy = 'Check the network and the base URL of the API, or run against the emulator.';
  for (const { base, dialect } of candidatesOf(options)) {
    if (silentBases.has(base)) continue;
    const call = {
      send,
      base,
      ...(options.key && { key: options.key }),
      wait: delay,
    };
    const text = await fetchModels(call, dialect.textModelsPath);
    const image = text.kind === 'models' ? await fetchModels(call, dialect.imageModelsPath) : text;
    if (text.kind === 'models' && image.kind === 'models') {
      return describeApi(options, { base, dialect }, text, image, found);
    }
    const failed = text.kind === 'models' ? image : text;
    if (failed.kind === 'silent') {
      silentBases.add(base);
      remedy = failed.remedy ?? remedy;
    }
    if (failed.kind !== 'models') found.push(`Tried ${base} as ${dialect.name}: ${failed.reason}.`);
  }
  throw new PollenBatchError('api-unreachable', 'No Pollinations API answered the models call.', {
    remedy,
    details: found,
  });
}

function candidatesOf({ base, dialect }: DiscoverOptions): readonly Candidate[] {
  const tried = dialect === 'auto' ? Object.values(dialects) : [dialects[dialect]];
  return tried.map((each) => ({ base: normaliseBase(base ?? each.defaultBase), dialect: each }));
}

type Models = Extract<ModelsAnswer, { kind: 'models' }>;

function describeApi(
  options: DiscoverOptions,
  { base, dialect }: Candidate,
  text: Models,
  image: Models,
  tried: readonly string[],
): Api {
  const { prices, models, notes } = catalogueOf(
    dialect.name,
    text.models,
    image.models,
    options.priceFile ?? [],
  );
  const what = `${text.models.length} text and ${image.models.length} image models`;
  const head = `Found ${base}, which speaks ${dialect.name}: ${what}.`;
  const emulator = text.emulated ? ['It is the emulator: nothing is generated or billed.'] : [];
  const oddities = [
    ...notes,
    ...(options.key && travelsInTheOpen(base) ? [`The key travels unencrypted to ${base}.`] : []),
  ];
  return {
    id: text.emulated ? 'emulator' : base,
    base,
    dialect: dialect.name,
    emulated: text.emulated,
    prices,
    models,
    found: [...tried, head, ...emulator, ...oddities],
    summary: [head, ...oddities],
  };
}

/** Whether what is sent to a URL can be read on its way: it leaves this machine without TLS. */
export function travelsInTheOpen(base: string): boolean {
  const { protocol, hostname } = new URL(base);
  return protocol === 'http:' && !isLoopback(hostname);
}
