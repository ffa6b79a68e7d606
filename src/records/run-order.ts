/** Names of a job's runs, each kind with those first that are likely the newest. */
export interface RunNames {
  /** Runs of its schedule, by their planned time. */
  readonly scheduled: readonly string[];
  /** Submitted ones: their names say only which of the runs of one content is the newest. */
  readonly others: readonly string[];
}

/** Puts the names of runs into the order in which they are worth a look. */
export function newestFirst(names: readonly string[]): RunNames {
  const scheduled = names.filter((name) => timeIn(name) !== '');
  return {
    scheduled: scheduled.toSorted((left, right) => timeIn(right).localeCompare(timeIn(left))),
    others: names
      .filter((name) => timeIn(name) === '')
      .toSorted((left, right) => ordinalIn(right) - ordinalIn(left) || retryIn(right) - retryIn(left)),
  };
}

function timeIn(name: string): string {
  return /-(\d{8}T\d{6}Z)$/.exec(name)?.[1] ?? '';
}

function ordinalIn(name: string): number {
  return Number(/-r(\d+)(-retry\d+)?$/.exec(name)?.[1] ?? 1);
}

function retryIn(name: string): number {
  return Number(/-retry(\d+)$/.exec(name)?.[1] ?? 0);
}
