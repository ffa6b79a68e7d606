import * as z from 'zod';

import { noticeEvents, type Notify } from './job.ts';

const maxReceivers = 5;

/** One receiver of news. */
export const receiverMap = z.strictObject({
  url: z
    .string()
    .refine(
      isPlainUrl,
      'an address to tell starts with https:// (or http://, where the operator allows it) and holds no user name or password',
    )
    .describe('Where to send the news: an `https:` address whose host the operator of the workers allows.'),
  on: z.array(z.enum(noticeEvents)).min(1).describe('What to tell; all of it when left out.').optional(),
});

/** The key `notify` of a job file. */
export const notifySchema = z
  .union([
    receiverMap,
    z.array(receiverMap).min(1).max(maxReceivers, `a job tells up to ${maxReceivers} receivers`),
  ])
  .describe('Whom to tell that a run has ended, waits, or has not been made: one receiver, or a list.');

/** The receivers in the order of the file; one that names no events is told all of them. */
export function buildNotify(written: z.infer<typeof notifySchema>): readonly Notify[] {
  const receivers = Array.isArray(written) ? written : [written];
  return receivers.map(({ url, on }) => ({ url, on: [...new Set(on ?? noticeEvents)] }));
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
