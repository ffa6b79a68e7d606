import type { Send, SentAnswer } from '../pollinations/send.ts';
import type { Meters } from './meters.ts';

/** Counts the bytes of calls, both ways. */
export function watchSend(send: Send, meters: Meters): Send {
  return async (url, request) => {
    const { body = '' } = request;
    meters.sentBytes(url.pathname.length + url.search.length + Buffer.byteLength(body), {});
    const answer = await send(url, request);
    return { ...answer, body: counted(answer.body, meters) };
  };
}

async function* counted(body: SentAnswer['body'], meters: Meters): SentAnswer['body'] {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      yield chunk;
    }
  } finally {
    meters.receivedBytes(bytes, {});
  }
}
