import type { Plan } from '../plan/plan.ts';
import type { Tally } from '../records/tally.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { GalleryFigures, GalleryInfo } from './contract.ts';

/** A run, as its gallery tells of it. */
export interface GalleryRun {
  readonly run: RunLocation;
  /** What was planned, where it is still there. */
  readonly plan: Pick<Plan, 'description' | 'createdAt' | 'items'> | undefined;
  readonly state: GalleryInfo['state'];
  /** ISO 8601. */
  readonly endedAt?: string;
  readonly tally: Tally;
  readonly figures: GalleryFigures;
}

/** What a gallery's pages tell of the whole run. */
export function galleryInfo(
  { run, plan, state, endedAt, tally, figures }: GalleryRun,
  links: GalleryInfo['links'],
): GalleryInfo {
  const { succeeded, failed, cancelled, expired = 0, settled, unknown } = tally;
  const ended = { succeeded, failed, cancelled, expired };
  return {
    version: 1,
    runId: run.runId,
    job: run.job,
    ...(plan?.description === undefined ? {} : { description: plan.description }),
    state,
    ...(run.emulated ? { emulated: true } : {}),
    startedAt: plan?.createdAt ?? endedAt ?? '',
    ...(endedAt === undefined ? {} : { endedAt }),
    items: plan?.items ?? succeeded + failed + cancelled + expired,
    ended,
    cost: settled,
    ...(unknown.count === 0 ? {} : { unknown }),
    figures,
    links,
  };
}
