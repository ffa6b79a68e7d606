import type { Notify } from '../../manifest/job.ts';
import { refusalOf } from '../../notices/policy.ts';
import type { NoticeSettings } from '../../notices/settings.ts';

/**
 * Says which receivers of a job would not be told anything by workers with the settings of here.
 *
 * @returns warnings, as sentences
 */
export function noticeDoubts(
  notify: readonly Notify[] | undefined,
  settings: NoticeSettings,
): readonly string[] {
  const doubts = (notify ?? []).flatMap(({ url }) => {
    const refusal = refusalOf(url, settings);
    return refusal === undefined
      ? []
      : [
          `Workers with the settings of here do not tell ${new URL(url).host} of the run: ${refusal.message}. ${refusal.remedy}`,
        ];
  });
  return [...new Set(doubts)];
}
