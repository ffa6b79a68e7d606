import { runWorkflowId } from '../../workflows/ids.ts';
import type { Session } from '../session/session.ts';

/** What links to a run are made of. */
export type LinkSource = Pick<Session, 'config' | 'uiUrl' | 'uiNamespace'> & {
  readonly store: Pick<Session['store'], 'bucket'>;
};

/** Page of a run in the Temporal UI, where the UI's address is known. */
export function uiPage(
  { uiUrl, uiNamespace }: Pick<LinkSource, 'uiUrl' | 'uiNamespace'>,
  runId: string,
): string | undefined {
  if (uiUrl === undefined || uiNamespace === undefined) return undefined;
  return `${uiUrl}/namespaces/${encodeURIComponent(uiNamespace)}/workflows/${encodeURIComponent(runWorkflowId(runId))}`;
}
