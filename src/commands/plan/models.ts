import type { Config } from '../../config.ts';
import { laneOf, type LaneSettings } from '../../lanes/lanes.ts';
import { readAddresses } from '../../local/address-file.ts';
import { findPrice, type Rates } from '../../pollen/prices.ts';
import type { Rounding } from '../../pollen/charge.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import type { Api } from '../../pollinations/discover.ts';
import type { ModelInfo } from '../../pollinations/models.ts';
import { findApi } from '../../services.ts';
import { withStack } from '../session/servers.ts';

/** A model, with what a job needs to know before it names it. */
export interface ModelOffer extends ModelInfo {
  /** Pollen for one unit of each usage type; absent when no price is known. */
  readonly rates: Rates | undefined;
  readonly rounding: Rounding;
  /** The lane its calls go to. */
  readonly lane: Pick<LaneSettings, 'name' | 'rps' | 'concurrency'>;
}

/** The models of the API that a run would call, in the order of its lists; costs nothing. */
export async function models(
  config: Config,
  kind?: ModelInfo['kind'],
): Promise<{ readonly api: Api; readonly models: readonly ModelOffer[] }> {
  const settings = withStack(config, await readAddresses(config.dataDir));
  const api = await findApi(settings.api);
  const { rounding } = dialects[api.dialect];
  return {
    api,
    models: api.models
      .filter((model) => kind === undefined || model.kind === kind)
      .map((model) => ({
        ...model,
        rates: findPrice(api.prices, model.kind, model.id)?.rates,
        rounding,
        lane: laneFor(settings.lanes, model.id),
      })),
  };
}

function laneFor(lanes: readonly LaneSettings[], model: string): ModelOffer['lane'] {
  const lane = lanes.find(({ name }) => name === laneOf(lanes, model));
  if (lane === undefined) throw new RangeError('there is no lane');
  return {
    name: lane.name,
    concurrency: lane.concurrency,
    ...(lane.rps === undefined ? {} : { rps: lane.rps }),
  };
}
