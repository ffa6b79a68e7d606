import { folderAt, type Folder } from '../../storage/folder.ts';
import type { Explained } from '../explain/explained.ts';
import type { ObjectKind } from '../explain/item-left.ts';
import { sightData } from './run-data.ts';
import type { LinkSource } from './ui-page.ts';

/** All about an item, for programs. */
export function explainedData(links: Pick<LinkSource, 'store' | 'config'>, explained: Explained) {
  const { run, sight, plan, calls, ...item } = explained;
  const { state, paused, ...rest } = { paused: undefined, ...sightData(sight) };
  return {
    runId: run.runId,
    job: run.job,
    ...item,
    certainty: item.cost.unknown.count === 0 ? 'exact' : 'estimated',
    run: { state, paused, ...('endedAt' in rest ? { endedAt: rest.endedAt } : {}) },
    api: plan.api,
    calls: calls.map(({ part, ...call }) => ({ ...part, ...call })),
    objects: linkedObjects(links, explained),
  };
}

/** An object, and how people reach it. */
export interface LinkedObject extends Folder {
  readonly kind: ObjectKind;
  readonly key: string;
  readonly bytes: number;
}

/** The objects of an item with their links. */
export function linkedObjects(
  { store, config }: Pick<LinkSource, 'store' | 'config'>,
  { objects }: Pick<Explained, 'objects'>,
): readonly LinkedObject[] {
  return objects.map((object) => ({
    ...object,
    ...folderAt(store.bucket, object.key, config.store?.publicUrl),
  }));
}
