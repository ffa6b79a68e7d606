import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createS3Store, type S3Store } from '../../src/storage/s3.ts';

export interface FakeS3 {
  readonly store: S3Store;
  readonly endpoint: string;
  /** Credentials it takes: any. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `METHOD path` of every request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Answers one request; the body has been read. */
export type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** An HTTP server that answers as a faulty or limited store would, and a client of it. */
export async function startFakeS3(answer: Answer): Promise<FakeS3> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push(`${request.method} ${request.url?.split('?')[0]}`);
      answer(request, response, Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const store = fakeStore(endpoint);
  return {
    store,
    endpoint,
    credentials,
    requests,
    close: async () => {
      store.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

/** A client with made-up credentials. */
export function fakeStore(endpoint: string): S3Store {
  return createS3Store({
    bucket: 'shots',
    endpoint,
    credentials,
    maxConcurrency: 4,
  });
}

/** Answers as S3 does to what it refuses. */
export function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>never parsed</Message></Error>`);
}
