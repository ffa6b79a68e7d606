/** What a check is about; checks are shown in this order. */
export const parts = ['Settings', 'Key', 'API', 'Temporal', 'Store', 'This machine'] as const;

export type Part = (typeof parts)[number];

/** One line of a diagnosis. */
export interface Check {
  readonly part: Part;
  readonly name: string;
  /** `warning`: it works, less well than it could. `skipped`: nothing can be said, and `found` says why. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What to do about it; always there when the check failed. */
  readonly remedy?: string;
}

/** Makes the checks of one part. */
export interface Checks {
  readonly ok: (name: string, found: string) => Check;
  readonly warning: (name: string, found: string, remedy: string) => Check;
  readonly failed: (name: string, found: string, remedy: string) => Check;
  readonly skipped: (name: string, found: string) => Check;
}

/** Makes the checks of a part. */
export function checksOf(part: Part): Checks {
  return {
    ok: (name, found) => ({ part, name, state: 'ok', found }),
    warning: (name, found, remedy) => ({ part, name, state: 'warning', found, remedy }),
    failed: (name, found, remedy) => ({ part, name, state: 'failed', found, remedy }),
    skipped: (name, found) => ({ part, name, state: 'skipped', found }),
  };
}
