import { msToTs, tsToDate } from '@temporalio/common/lib/time.js';
import type { NativeConnection } from '@temporalio/worker';

/** What the server tells a worker of a schedule. */
export interface ScheduleTimes {
  /** When it was made, ISO 8601: its counts begin then. */
  readonly createdAt: string;
  /** Times since then that were too late for `catchupWindow`. */
  readonly missed: number;
  /**
   * Times that it has in a span, jitter included, the oldest first, up to a thousand.
   *
   * @param from - ISO 8601
   * @param to - ISO 8601
   */
  readonly between: (from: string, to: string) => Promise<readonly string[]>;
}

/** Asks the server for a schedule by its id. Fails where there is none, or the worker may not ask. */
export async function askSchedule(
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  namespace: string,
  scheduleId: string,
): Promise<ScheduleTimes> {
  const { info } = await workflowService.describeSchedule({ namespace, scheduleId });
  return {
    createdAt: new Date(info?.createTime == null ? 0 : tsToDate(info.createTime)).toISOString(),
    missed: Number(info?.missedCatchupWindow ?? 0),
    between: async (from, to) => {
      const { startTime } = await workflowService.listScheduleMatchingTimes({
        namespace,
        scheduleId,
        startTime: msToTs(Date.parse(from)),
        endTime: msToTs(Date.parse(to)),
      });
      return startTime.map((time) => tsToDate(time).toISOString());
    },
  };
}
