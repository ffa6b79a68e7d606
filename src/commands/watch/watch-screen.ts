import { settledItems } from '../../records/tally.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import type { LaneView } from '../../workflows/messages.ts';
import { createRate } from '../../workflows/rate.ts';
import type { Running } from '../runs/follow.ts';
import { laneNow } from '../lanes/lane-now.ts';
import type { Terminal } from '../render/terminal.ts';
import { watchBlock } from '../render/watch-block.ts';
import { createTrail } from '../render/watch-trail.ts';
import type { LaneSight } from '../render/watch-lines.ts';
import type { Session } from '../session/session.ts';
import { uiPage } from '../render/ui-page.ts';
import type { Show } from './show.ts';

const RATE_SECONDS = 30;
const LANES_MS = 2_000;

/** Keeps a block on the screen that shows how the run is; what has troubled it leaves a line when it is over. */
export function createScreenShow(
  session: Session,
  { runId, emulated }: RunLocation,
  since: string | undefined,
  terminal: Pick<Terminal, 'draw' | 'say' | 'color'>,
): Show {
  let measure = createRate(RATE_SECONDS);
  const lanesOf = createLaneLook(session.temporal);
  const overOf = createTrail();
  const page = uiPage(session, runId);
  let last: Running | undefined;
  let rate: number | undefined;
  return (sight, silence) => {
    last = sight ?? last;
    // A pause says nothing of how fast it goes on.
    if (sight?.view.state === 'paused') measure = createRate(RATE_SECONDS);
    if (sight !== undefined) rate = measure(settledItems(sight.view.tally), performance.now() / 1_000);
    for (const line of overOf(sight, silence, new Date())) terminal.say(line);
    const watching = {
      runId,
      emulated,
      ...(since === undefined ? {} : { seconds: (Date.now() - Date.parse(since)) / 1_000 }),
      ...(last === undefined ? {} : { sight: last }),
      ...(silence === undefined ? {} : { silence }),
      ...(rate === undefined ? {} : { rate }),
      lanes: lanesOf(last?.view.lanes ?? []),
      ...(page === undefined ? {} : { uiPage: page }),
    };
    terminal.draw((screen) => watchBlock(watching, screen, terminal.color));
  };
}

// Tells what it knows, and asks again meanwhile: the block does not wait for it.
function createLaneLook(temporal: TemporalClient): (lanes: readonly LaneView[]) => readonly LaneSight[] {
  let known: readonly LaneSight[] = [];
  let askedAt = -Infinity;
  let isAsking = false;
  async function ask(lanes: readonly LaneView[]): Promise<void> {
    const busy = lanes.filter(({ places, waiting }) => places + waiting > 0);
    const names = (busy.length > 0 ? busy : lanes).map(({ lane }) => lane);
    known = await Promise.all(
      names.map(async (name) => ({ name, ...(await laneNow(temporal, { name, concurrency: 0 })) })),
    );
  }
  return (lanes) => {
    if (!isAsking && performance.now() - askedAt >= LANES_MS) {
      isAsking = true;
      askedAt = performance.now();
      ask(lanes)
        // What was told before is out of date.
        .catch(() => (known = []))
        .finally(() => (isAsking = false));
    }
    return known;
  };
}
