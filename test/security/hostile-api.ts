import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startEmulator } from '../../src/emulator/index.ts';

/** An API between the product and the emulator. */
export interface HostileApi extends AsyncDisposable {
  readonly url: string;
}

/** What stands on both sides of each payload, so that it can be found wherever it comes out. */
export const marked = (payload: string): string => `ZQ${payload}QZ`;

// A header holds bytes above 0x7F as they are, and no other control characters.
const headerText = marked('\u009b2J\u009d0;title\u009c');

/**
 * Starts the emulator behind an API that says payloads wherever it has words of its own: in names and descriptions of models,
 * in its headers, in its answers, in codes and messages of errors. A prompt with `fail <n>` is refused by the n-th payload.
 */
export async function startHostileApi(payloads: readonly string[]): Promise<HostileApi> {
  const emulator = await startEmulator();
  const say = (index: number): string => marked(payloads[index % payloads.length] ?? '');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on(
      'end',
      () => void forward(Buffer.concat(chunks).toString('utf8')).catch(() => response.destroy()),
    );
    async function forward(body: string): Promise<void> {
      const { method = 'GET', url = '/', headers } = request;
      const { authorization = '' } = headers;
      const given = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(emulator.url + url, {
        method,
        headers: given,
        ...(body === '' ? {} : { body }),
      });
      const own = Object.fromEntries(
        [...answer.headers].filter(
          ([name]) => !/^(content-length|connection|transfer-encoding|date|keep-alive)$/.test(name),
        ),
      );
      const loud = { ...own, 'x-request-id': headerText, 'x-cache-type': headerText };
      const refused = /fail (\d+)/.exec(body)?.[1];
      if (refused !== undefined) {
        const text = say(Number(refused));
        const error = { code: text, message: text, details: { fieldErrors: { [text]: [text] } } };
        response.writeHead(400, { ...loud, 'content-type': 'application/json' });
        response.end(JSON.stringify({ success: false, status: 400, error }));
        return;
      }
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isModels = url.endsWith('/models') && answer.ok;
      response.writeHead(answer.status, loud);
      response.end(isModels ? withLoudModel(bytes.toString('utf8')) : bytes);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function withLoudModel(text: string): string {
    const models: unknown = JSON.parse(text);
    if (!Array.isArray(models) || typeof models[0] !== 'object') return text;
    const [first] = models as readonly Readonly<Record<string, unknown>>[];
    const loud = payloads.map((_, index) => ({
      ...first,
      name: say(index),
      description: say(index),
      aliases: [`a${say(index)}`],
    }));
    return JSON.stringify([...(models as readonly unknown[]), ...loud]);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await emulator.close();
    },
  };
}
