import type { HttpBindings } from '@hono/node-server';
import { type Handler, Hono } from 'hono';

import { balanceAnswer, usageAnswer } from './account.ts';
import { createAdmin } from './admin.ts';
import { type Answer, envelope, json } from './answers.ts';
import type { Reading } from './call.ts';
import { readChat } from './chat.ts';
import { emulatorHeader } from './deliver.ts';
import { type Era, eras } from './eras.ts';
import type { Exchange } from './exchange.ts';
import { createGateway, type Service } from './gateway.ts';
import { createGenerator } from './generation.ts';
import { readImage } from './image.ts';
import { openaiList, richList, seedImageList, seedTextList } from './model-lists.ts';
import { plainOutcome } from './outcome.ts';
import type { State } from './state.ts';

type Bindings = { Bindings: HttpBindings };

/** The eras that can speak below `/api`. */
export type ApiEra = 'seed' | 'v1';

interface Handlers {
  readonly chat: (era: Era) => Handler<Bindings>;
  /** The prompt is all of the path after the prefix. */
  readonly image: (era: Era, prefix: string) => Handler<Bindings>;
  readonly plain: (answer: (exchange: Exchange) => Answer) => Handler<Bindings>;
}

function createHandlers(state: State): Handlers {
  const gateway = createGateway(state);
  const generate = createGenerator(state);
  const behindGateway =
    (service: Service): Handler<Bindings> =>
    (context) =>
      gateway(context, service);

  const imageReading = (exchange: Exchange, era: Era, prefix: string): Reading => {
    const { path, query, sequence } = exchange;
    let prompt: string;
    try {
      prompt = decodeURIComponent(path.slice(prefix.length));
    } catch {
      return { refusal: envelope(400, 'Malformed percent-encoding in the prompt') };
    }
    return readImage(era, prompt, query, sequence, state.images);
  };

  return {
    chat: (era) =>
      behindGateway((exchange) => generate(exchange, era, readChat(era, exchange.body, exchange.sequence))),
    image: (era, prefix) =>
      behindGateway((exchange) => generate(exchange, era, imageReading(exchange, era, prefix))),
    plain: (answer) => behindGateway((exchange) => plainOutcome(answer(exchange))),
  };
}

function addSeedRoutes(app: Hono<Bindings>, { chat, image, plain }: Handlers): void {
  const base = '/api/generate';
  app.post(`${base}/openai`, chat(eras.seed));
  app.post(`${base}/openai/chat/completions`, chat(eras.seed));
  app.get(
    `${base}/openai/models`,
    plain(() => json(200, seedTextList(eras.seed))),
  );
  app.get(
    `${base}/image/models`,
    plain(() => json(200, seedImageList(eras.seed))),
  );
  // One segment: an unencoded slash in the prompt is not found, as it was then.
  app.get(`${base}/image/:prompt`, image(eras.seed, `${base}/image/`));
}

function addV1Routes(app: Hono<Bindings>, { chat, image, plain }: Handlers): void {
  const base = '/api/generate';
  app.post(`${base}/v1/chat/completions`, chat(eras.v1));
  app.get(
    `${base}/v1/models`,
    plain(() => json(200, openaiList(eras.v1))),
  );
  app.get(
    `${base}/text/models`,
    plain(() => json(200, richList(eras.v1, 'text'))),
  );
  app.get(
    `${base}/image/models`,
    plain(() => json(200, richList(eras.v1, 'image'))),
  );
  app.get(`${base}/image/*`, image(eras.v1, `${base}/image/`));
}

function addGenRoutes(app: Hono<Bindings>, { chat, image, plain }: Handlers): void {
  app.post('/v1/chat/completions', chat(eras.gen));
  app.get(
    '/v1/models',
    plain(() => json(200, openaiList(eras.gen))),
  );
  app.get(
    '/models',
    plain(() => json(200, richList(eras.gen, 'all'))),
  );
  app.get(
    '/text/models',
    plain(() => json(200, richList(eras.gen, 'text'))),
  );
  app.get(
    '/image/models',
    plain(() => json(200, richList(eras.gen, 'image'))),
  );
  app.get('/image/*', image(eras.gen, '/image/'));
}

/** All routes: one of the two older eras below `/api`, gen at the root, the account at both, and the admin's own. */
export function createApp(state: State, apiEra: ApiEra): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const handlers = createHandlers(state);
  (apiEra === 'seed' ? addSeedRoutes : addV1Routes)(app, handlers);
  addGenRoutes(app, handlers);
  for (const [base, era] of [
    ['', eras.gen],
    ['/api', eras[apiEra]],
  ] as const) {
    app.get(
      `${base}/account/balance`,
      handlers.plain((exchange) => balanceAnswer(exchange, era, state.books)),
    );
    app.get(
      `${base}/account/usage`,
      handlers.plain((exchange) => usageAnswer(exchange, state.journal)),
    );
  }
  app.route('/__emulator', createAdmin(state));
  app.all(
    '*',
    handlers.plain(({ path }) => envelope(404, `Route not found: ${path}`)),
  );
  app.onError((error) => {
    const answer = envelope(500, `The emulator failed: ${error.message}`);
    return new Response(answer.body, { status: 500, headers: { ...answer.headers, [emulatorHeader]: '1' } });
  });
  return app;
}
