import { ownRemedy } from './words.ts';

/** What went wrong in a run, and what to do about it, as two sentences. */
export function faultWords(
  { message, remedy }: { readonly message: string; readonly remedy: string },
  runId: string,
): string {
  return `${message.replace(/\.$/, '')}. ${ownRemedy(remedy, runId)}`;
}
