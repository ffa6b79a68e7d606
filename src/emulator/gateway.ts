import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

import { type Answer, envelope } from './answers.ts';
import { deliver, emulatorHeader } from './deliver.ts';
import { type EmulatorContext, type Exchange, readExchange } from './exchange.ts';
import { entryOf, type Outcome, plainOutcome } from './outcome.ts';
import type { State } from './state.ts';

/** What answers a request once it is read. */
export type Service = (exchange: Exchange) => Outcome | Promise<Outcome>;

/** Runs a request from arrival to answer. */
export type Gateway = (context: EmulatorContext, service: Service) => Promise<Response>;

const largestBody = 10 * 1024 * 1024;

/** The front door of all routes but the admin's: counting, the limit by address, the journal and the sending. */
export function createGateway(state: State): Gateway {
  let inFlight = 0;

  const outcomeOf = (exchange: Exchange, service: Service): Outcome | Promise<Outcome> => {
    const refusal = state.limiters.edge(exchange.address, state.settings().limits);
    if (refusal !== undefined) return plainOutcome(refusal);
    if (exchange.body.length > largestBody) return plainOutcome(envelope(413, 'Request body too large'));
    return service(exchange);
  };

  const exchangeWith = async (context: EmulatorContext, service: Service): Promise<Response> => {
    const exchange = await readExchange(context, state, inFlight);
    const outcome = await outcomeOf(exchange, service);
    state.books.countRequest();
    state.journal.append(entryOf(exchange, outcome));
    const answer: Answer = {
      ...outcome.answer,
      headers: { ...outcome.answer.headers, 'x-request-id': exchange.requestId, [emulatorHeader]: '1' },
    };
    return deliver(context, answer, outcome.delivery, {
      ms: state.settings().gatewayTimeoutMs,
      stopped: state.stopped,
    });
  };

  return async (context, service) => {
    inFlight += 1;
    try {
      return await exchangeWith(context, service);
    } catch (error) {
      // Whatever fails while the emulator closes has nobody left to be told.
      if (state.stopped.aborted) return RESPONSE_ALREADY_SENT;
      throw error;
    } finally {
      inFlight -= 1;
    }
  };
}
