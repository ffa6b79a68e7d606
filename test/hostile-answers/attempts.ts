import { type ApiClient, createApiClient } from '../../src/pollinations/client.ts';
import { dialects, type Dialect } from '../../src/pollinations/dialects/index.ts';
import type { Outcome } from '../../src/pollinations/outcome.ts';
import { hostileAnswers } from './catalogue.ts';
import type { Endpoint } from './hostile-answer.ts';
import { askedFor, type HostileServer, startHostileServer } from './hostile-server.ts';
import { oddAnswers } from './odd-answers.ts';

/** A server that gives whichever answer it is asked for, and attempts at it. */
export interface HostileApi extends AsyncDisposable {
  readonly server: HostileServer;
  /** As many attempts at once, in every form of the API that there is. */
  attempt(name: string, endpoint: Endpoint, options: AttemptsOptions): Promise<readonly Outcome[]>;
}

export interface AttemptsOptions {
  readonly times: number;
  readonly deadlineMs: number;
}

/** Serves all answers of the catalogue. */
export async function startHostileApi(): Promise<HostileApi> {
  const serves = new Map([...hostileAnswers, ...oddAnswers].map(({ name, serve }) => [name, serve]));
  const server = await startHostileServer((request) => serves.get(askedFor(request)?.name ?? ''));
  return {
    server,
    attempt: (name, endpoint, options) => attemptAt(server.url, name, endpoint, options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** As many attempts at once, by one client. */
export function attemptAt(
  base: string,
  name: string,
  endpoint: Endpoint,
  { times, deadlineMs }: AttemptsOptions,
): Promise<readonly Outcome[]> {
  const client = createApiClient({ base });
  return Promise.all(
    Array.from({ length: times }, (_, index) => attemptOnce(client, index, name, endpoint, deadlineMs)),
  );
}

const forms: readonly Dialect[] = Object.values(dialects);

function attemptOnce(
  client: ApiClient,
  index: number,
  name: string,
  kind: Endpoint,
  deadlineMs: number,
): Promise<Outcome> {
  const dialect = forms[index % forms.length] ?? dialects.gen;
  const prompt = `[[hostile:${name}]]`;
  const messages = [{ role: 'user', content: prompt }] as const;
  const request =
    kind === 'text'
      ? dialect.textRequest({ model: 'openai', messages, params: {}, seed: index })
      : dialect.imageRequest({ model: 'flux', prompt, params: { width: 64, height: 64 }, seed: index });
  return client.attempt({ kind, request, requestId: `attempt-${index}`, deadlineMs });
}
