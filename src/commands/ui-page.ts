import { runWorkflowId } from '../workflows/ids.ts';
import type { Session } from './session.ts';

/** Page of a run in the Temporal UI, where the UI's address is known. */
export function uiPage(
  { uiUrl, temporal }: Pick<Session, 'uiUrl' | 'temporal'>,
  runId: string,
): string | undefined {
  if (uiUrl === undefined) return undefined;
  return `${uiUrl}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(runWorkflowId(runId))}`;
}
