import { readChanges, type RunChange } from '../../records/changes.ts';
import { readCorrections } from '../../records/corrections.ts';
import type { Marker } from '../../records/run-store.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Pause } from '../../workflows/pauses.ts';
import type { RunEvent } from './log-event.ts';

/** That a run was planned. */
export function plannedEvent({ createdAt, items, parent }: Plan): RunEvent {
  return {
    at: createdAt,
    kind: 'planned',
    items,
    ...(parent === undefined ? {} : { parent: parent.runId }),
    ...(parent?.reason === undefined ? {} : { reason: parent.reason }),
  };
}

/** How a run has ended. */
export function endedEvent({ endedAt, state, because, tally }: Marker): RunEvent {
  return { at: endedAt, kind: 'ended', state, ...(because === undefined ? {} : { because }), tally };
}

/** What people did to a run, as its log has it. */
export function changeEvents(changes: readonly RunChange[]): readonly RunEvent[] {
  return changes.map((change) => ({ at: change.at, kind: 'change', change }));
}

/** What has happened to a run as a whole, but for its pages. */
export async function readRunEvents(
  store: ObjectStore,
  run: RunLocation,
  plan: Plan,
  marker: Marker | undefined,
): Promise<readonly RunEvent[]> {
  const [changes, corrections] = await Promise.all([readChanges(store, run), readCorrections(store, run)]);
  return [
    plannedEvent(plan),
    ...changeEvents(changes),
    ...(marker === undefined ? [] : [endedEvent(marker)]),
    ...corrections.map(({ at, source, settled }) => ({
      at,
      kind: 'settled' as const,
      source,
      charges: settled.length,
    })),
  ];
}

/** Tells pauses that are new, and those that are gone, from one look at a run to the next. */
export function createPauseLog(): (pauses: readonly Pause[], now: string) => readonly RunEvent[] {
  let known = new Map<string, Pause>();
  return (pauses, now) => {
    const current = new Map(pauses.map((pause) => [`${pause.reason} ${pause.since}`, pause]));
    const added = [...current].filter(([name]) => !known.has(name));
    const gone = [...known].filter(([name]) => !current.has(name));
    known = current;
    return [
      ...added.map(([, pause]) => ({ at: pause.since, kind: 'paused' as const, pause })),
      ...gone.map(([, { reason }]) => ({ at: now, kind: 'lifted' as const, reason })),
    ];
  };
}
