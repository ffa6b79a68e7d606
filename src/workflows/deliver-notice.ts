import { proxyActivities } from '@temporalio/workflow';

import type { ControlActivities } from './contract.ts';
import type { NoticeInput } from './inputs.ts';
import { noticeOptions } from './options.ts';

const { findReceivers, sendNotice } = proxyActivities<ControlActivities>(noticeOptions);

/**
 * Tells those who want to know that something has become of a run. It stands apart from the run, which waits for none of
 * them, and fails where one could not be told in a day.
 */
export async function deliverNotice(input: NoticeInput): Promise<void> {
  const receivers = await findReceivers(input);
  const sent = await Promise.allSettled(receivers.map((receiver) => sendNotice({ ...input, receiver })));
  const failed = sent.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
