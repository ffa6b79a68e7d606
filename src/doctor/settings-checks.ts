import type { PollenBatchError } from '../errors.ts';
import type { SettingProblem } from '../settings/settings.ts';
import { checksOf, type Check } from './check.ts';

export interface SettingFacts {
  /** Path of the configuration file, where there is one. */
  readonly file: string | undefined;
  readonly hasEnvironmentFile: boolean;
  readonly problems: readonly SettingProblem[];
  /** Settings that do not go together. */
  readonly conflict: PollenBatchError | undefined;
  /** Where runs go. */
  readonly place: 'servers' | 'stack' | 'nothing';
}

const { ok, failed, skipped } = checksOf('Settings');

/** Judges the settings as a whole. */
export function settingChecks({
  file,
  hasEnvironmentFile,
  problems,
  conflict,
  place,
}: SettingFacts): readonly Check[] {
  const sources = [
    'environment',
    ...(hasEnvironmentFile ? ['.env'] : []),
    ...(file === undefined ? [] : [file]),
  ];
  return [
    ...(problems.length === 0 ? [ok('settings', `right, from ${sources.join(', ')}`)] : []),
    ...problems.map(({ name, message, remedy }) =>
      failed(name === 'file' ? 'configuration file' : name, message, remedy),
    ),
    conflict === undefined ? placeCheck(place) : failed('servers', conflict.message, conflict.remedy ?? ''),
  ];
}

function placeCheck(place: SettingFacts['place']): Check {
  switch (place) {
    case 'servers':
      return ok('servers', 'Temporal and a bucket are configured');
    case 'stack':
      return ok('servers', 'the local stack that runs is used');
    case 'nothing':
      return skipped(
        'servers',
        'none configured and no local stack runs: `pollen-batch run FILE` starts one, and `pollen-batch dev` one that stays',
      );
  }
}
