import type { PageCode } from '../gallery/page-html.ts';
import type { MakeThumbnail } from '../gallery/thumbnail.ts';
import type { Governors } from '../lanes/governor/governors.ts';
import type { LaneSettings } from '../lanes/lanes.ts';
import type { OpenObject } from '../plan/job-files.ts';
import type { BalanceAnswer } from '../pollinations/fetch-balance.ts';
import type { ApiClient } from '../pollinations/client.ts';
import type { Scrub, Secret } from '../pollinations/secret.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Post } from '../notices/post.ts';
import type { Records } from '../records/record-store.ts';
import type { ScheduleTimes } from '../temporal/schedule-times.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { PlanReader } from './plan-reader.ts';

/** What activities work with; made once per worker. */
export interface ActivityDependencies {
  readonly store: ObjectStore;
  /** Opens what scheduled jobs read anew each time. */
  readonly openObject: OpenObject;
  readonly records: Records;
  readonly plans: PlanReader;
  readonly client: ApiClient;
  /** Tells the key of the calls from others; absent where none is sent. */
  readonly key?: Pick<Secret, 'digest'>;
  /** Takes out of what Temporal keeps whatever the worker knows to be secret, and what looks like it: as out of its log. */
  readonly scrub: Scrub;
  /** What the key may still spend; `deadlineMs` is for a whole answer. */
  readonly balance: (deadlineMs?: number) => Promise<BalanceAnswer>;
  /** Prices of the API's models now, for runs that are planned here. */
  readonly prices: () => Promise<PriceSnapshot>;
  /** Id of the API that the client talks to: calls planned for another one are not made. */
  readonly apiId: string;
  readonly lanes: readonly LaneSettings[];
  /** Hears of every call, so that the lane's rate can follow. Its identity is the worker's. */
  readonly governors: Pick<Governors, 'call' | 'identity' | 'stop'>;
  /** Asks the server for a schedule by its id; fails where there is none. */
  readonly askSchedule: (scheduleId: string) => Promise<ScheduleTimes>;
  /** Tells receivers what becomes of runs. */
  readonly post: Post;
  /** URL below which a browser finds the bucket's objects, where there is one. */
  readonly publicUrl?: string;
  /** Code of the gallery's page. @default no gallery is written */
  readonly pageCode?: () => Promise<PageCode>;
  /** Makes small pictures of images. @default none are made */
  readonly thumbnail?: MakeThumbnail;
  /** Whether the namespace knows the Pollen search attributes. */
  readonly searchAttributes: boolean;
  /** Where the worker tells of its calls and items. @default nobody is told */
  readonly telemetry?: Telemetry;
  /** Wall clock, for what people read. */
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}
