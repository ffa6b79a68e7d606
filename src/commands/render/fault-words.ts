/** A remedy with the run in its commands: the fault does not know which one it belongs to. */
export function ownRemedy(remedy: string, runId: string): string {
  return remedy.replaceAll('`pollen-batch retry RUN', `\`pollen-batch retry ${runId}`);
}

/** What went wrong in a run, and what to do about it, as two sentences. */
export function faultWords(
  { message, remedy }: { readonly message: string; readonly remedy: string },
  runId: string,
): string {
  return `${message.replace(/\.$/, '')}. ${ownRemedy(remedy, runId)}`;
}
