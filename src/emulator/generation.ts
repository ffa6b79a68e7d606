import { refuseCaller, refuseUnpaid } from './admission.ts';
import { type Origin, resultAnswer } from './cached-answer.ts';
import type { Call, Reading } from './call.ts';
import type { Era } from './eras.ts';
import type { Exchange } from './exchange.ts';
import { faultAnswer } from './fault-answers.ts';
import { type FaultName, faultKinds } from './faults.ts';
import { latencyOf, pause } from './latency.ts';
import { tooManyInFlight } from './limits.ts';
import { formatAmount, parseAmount } from './money.ts';
import { type Delivery, type Outcome, plainOutcome } from './outcome.ts';
import type { Generated, State } from './state.ts';
import { chargeFor } from './usage.ts';

const deliveries: Readonly<Partial<Record<FaultName, Delivery>>> = {
  '524': 'late',
  reset: 'reset',
  hang: 'hang',
  lost: 'lost',
  'cut-length': 'cut-length',
  'cut-chunked': 'cut-chunked',
  'cut-close': 'cut-close',
};

const nothing = { status: 200, headers: {}, body: '' };

function outcomeBefore(call: Call, fault: FaultName): Outcome {
  const outcome = plainOutcome(faultAnswer(fault) ?? nothing);
  return { ...outcome, delivery: deliveries[fault] ?? 'whole', model: call.model.name, fault };
}

/** Answers generation calls: who may, what it costs, from where the answer comes, and what goes wrong with it. */
export type Generator = (exchange: Exchange, era: Era, reading: Reading) => Promise<Outcome>;

/** The generation service over the shared state. */
export function createGenerator(state: State): Generator {
  const { books, cache, faults, limiters } = state;
  const runningByOwner = new Map<string, number>();

  const bill = (exchange: Exchange, call: Call, price: bigint): void => {
    const { caller, address } = exchange;
    const { publishablePerHour } = state.settings().limits;
    books.charge(call.model.name, 'key' in caller ? caller.key.name : undefined, price);
    limiters.spent(
      caller,
      address,
      price,
      publishablePerHour === undefined ? undefined : parseAmount(publishablePerHour),
    );
  };

  // Nobody's leaving stops a generation: it ends, is charged, and is cached for who asks again.
  const generate = async (
    exchange: Exchange,
    call: Call,
    price: bigint,
    caches: boolean,
  ): Promise<Generated> => {
    const { sequence } = exchange;
    await pause(latencyOf(state.settings().latency, state.seed, sequence), state.stopped);
    const product = call.produce();
    bill(exchange, call, price);
    if (caches) cache.add(exchange.digest, Date.now());
    return { product, usage: call.usage() };
  };

  const generateWithin = async (
    exchange: Exchange,
    call: Call,
    price: bigint,
    caches: boolean,
  ): Promise<Generated | undefined> => {
    const { caller, address, digest } = exchange;
    const owner = 'key' in caller ? caller.key.name : address;
    const running = runningByOwner.get(owner) ?? 0;
    if (running >= (state.settings().limits.inFlight ?? Number.POSITIVE_INFINITY)) return undefined;
    runningByOwner.set(owner, running + 1);
    try {
      const generation = (): Promise<Generated> => generate(exchange, call, price, caches);
      return await (caches ? cache.run(digest, generation) : generation());
    } finally {
      runningByOwner.set(owner, (runningByOwner.get(owner) ?? 1) - 1);
    }
  };

  return async (exchange, era, reading) => {
    const { caller, address, digest, sequence } = exchange;
    const { limits, faults: rates, cacheMode: mode } = state.settings();
    const call = 'call' in reading ? reading.call : undefined;
    const caches = mode !== 'none' && call?.cacheable === true;
    const cachedAt = caches ? cache.cachedAt(digest) : undefined;

    if (cachedAt === undefined || !era.hitsNeedNoKey) {
      const refusal = refuseCaller(era, caller, call) ?? limiters.key(caller, address, limits);
      if (refusal !== undefined) return plainOutcome(refusal);
    }
    if ('refusal' in reading) return plainOutcome(reading.refusal);
    const { model, kind, prompt } = reading.call;

    const fault = faults.decide({ sequence, digest, kind, prompt }, rates);
    if (fault !== undefined && faultKinds[fault].stage === 'before')
      return outcomeBefore(reading.call, fault);

    const outcome = (generated: Generated, origin: Origin, charge: bigint): Outcome => {
      const { product, usage } = generated;
      const provenance = { origin, mode, digest, ...(cachedAt === undefined ? {} : { cachedAt }) };
      const answer = resultAnswer(reading.call, generated, provenance);
      const { body, content } = product;
      return {
        answer: (fault === undefined ? undefined : faultAnswer(fault)) ?? answer,
        delivery:
          (fault === undefined ? undefined : deliveries[fault]) ?? (product.streamed ? 'pieces' : 'whole'),
        model: model.name,
        ...(fault === undefined ? {} : { fault }),
        cache: origin,
        generated: origin === 'miss' || origin === 'skip',
        usage,
        charge: formatAmount(charge),
        result: content === undefined ? { body } : { body, content },
      };
    };

    if (cachedAt !== undefined) {
      return outcome({ product: reading.call.produce(), usage: reading.call.usage() }, 'hit', 0n);
    }
    const running = caches ? cache.running(digest) : undefined;
    if (running !== undefined) return outcome(await running, 'dedup', 0n);

    const price = chargeFor(reading.call.usage(), model.rates, era.rounding);
    const unpaid = refuseUnpaid(era, caller, price, books);
    if (unpaid !== undefined) return plainOutcome(unpaid);
    const generated = await generateWithin(exchange, reading.call, price, caches);
    if (generated === undefined) return plainOutcome(tooManyInFlight());
    return outcome(generated, caches ? 'miss' : 'skip', price);
  };
}
