import type { Session } from '../../src/commands/session/session.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';

/** The same run in a folder that has nothing but its claim, as a submit leaves it that dies before it writes the plan. */
export async function claimedOnly(
  session: Session,
  run: RunLocation,
): Promise<{ readonly other: Session; readonly there: RunLocation }> {
  const { store, location } = session;
  const claimed = await store.get(runKeys(run).job);
  const other = { ...session, location: { ...location, prefix: `${location.prefix}/other` } };
  const there = { ...run, prefix: other.location.prefix };
  await store.putOnce(runKeys(there).job, claimed?.body ?? '', { contentType: 'application/json' });
  return { other, there };
}
