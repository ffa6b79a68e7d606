import { runWorkflowId } from '../workflows/ids.ts';
import type { Session } from './session.ts';

/** What links to a run are made of. */
export type LinkSource = Pick<Session, 'store' | 'config' | 'uiUrl'> & {
  readonly temporal: Pick<Session['temporal'], 'namespace'>;
};

/** Page of a run in the Temporal UI, where the UI's address is known. */
export function uiPage(
  { uiUrl, temporal }: Pick<LinkSource, 'uiUrl' | 'temporal'>,
  runId: string,
): string | undefined {
  if (uiUrl === undefined) return undefined;
  return `${uiUrl}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(runWorkflowId(runId))}`;
}
