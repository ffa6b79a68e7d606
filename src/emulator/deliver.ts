import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

import type { Answer } from './answers.ts';
import type { EmulatorContext } from './exchange.ts';
import { pause } from './latency.ts';
import type { Delivery } from './outcome.ts';

/** Tells clients, and people who look at headers, that no real API answered. */
export const emulatorHeader = 'x-pollen-batch-emulator';

// Odd on purpose: lines and characters get split between two pieces.
const pieceBytes = 37;

async function sendPieces(outgoing: ServerResponse, answer: Answer): Promise<void> {
  outgoing.writeHead(answer.status, answer.headers);
  const bytes = Buffer.from(answer.body);
  for (let at = 0; at < bytes.length && !outgoing.destroyed; at += pieceBytes) {
    outgoing.write(bytes.subarray(at, at + pieceBytes));
    await turn();
  }
  outgoing.end();
}

type Cut = 'cut-length' | 'cut-chunked' | 'cut-close';

// Half the body, then the end of the connection. Only the first kind says how long the body should have been, and
// only the second lacks an end mark: the third looks complete to every HTTP client.
function sendHalf(outgoing: ServerResponse, answer: Answer, cut: Cut): void {
  const bytes = Buffer.from(answer.body);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (cut === 'cut-close') {
    outgoing.useChunkedEncodingByDefault = false;
    outgoing.writeHead(answer.status, { ...answer.headers, connection: 'close' });
    outgoing.end(half);
    return;
  }
  const length = cut === 'cut-length' ? { 'content-length': String(bytes.length) } : {};
  outgoing.writeHead(answer.status, { ...answer.headers, ...length });
  outgoing.write(half, () => outgoing.destroy());
}

async function untilClosed(outgoing: ServerResponse): Promise<void> {
  if (!outgoing.destroyed) await once(outgoing, 'close');
}

/** Sends an answer the given way; `late` waits first. */
export async function deliver(
  context: EmulatorContext,
  answer: Answer,
  delivery: Delivery,
  late: { readonly ms: number; readonly stopped: AbortSignal },
): Promise<Response> {
  const { outgoing } = context.env;
  // The emulator speaks HTTP/1.1 alone.
  if (!('useChunkedEncodingByDefault' in outgoing)) throw new TypeError('expected a response of HTTP/1.1');
  switch (delivery) {
    case 'late':
      await pause(late.ms, late.stopped);
      return new Response(answer.body, answer);
    case 'whole':
      return new Response(answer.body, answer);
    case 'pieces':
      await sendPieces(outgoing, answer);
      break;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      break;
    case 'lost':
      outgoing.socket?.destroy();
      break;
    case 'hang':
      await untilClosed(outgoing);
      break;
    case 'cut-length':
    case 'cut-chunked':
    case 'cut-close':
      sendHalf(outgoing, answer, delivery);
      break;
  }
  return RESPONSE_ALREADY_SENT;
}
