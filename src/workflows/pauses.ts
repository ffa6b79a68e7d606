const pauseReasons = ['operator', 'budget', 'credit', 'key', 'store', 'outage', 'approval'] as const;

/** Why a run is paused. */
export type PauseReason = (typeof pauseReasons)[number];

export function isPauseReason(told: unknown): told is PauseReason {
  return pauseReasons.some((reason) => reason === told);
}

/** One reason for which a run is paused, as people see it. */
export interface Pause {
  readonly reason: PauseReason;
  /** ISO 8601. */
  readonly since: string;
  /** What has happened, without a full stop. */
  readonly message: string;
  /** What to do about it, as a full sentence. */
  readonly remedy: string;
}

/** The reasons for which a run is paused; it goes on when there is none left. */
export interface Pauses {
  /**
   * Takes a reason in. One that is there keeps its time and words.
   *
   * @param holder - who has it, where several may: the reason goes with the last of them. @default one for all
   * @returns whether it is new
   */
  add(pause: Pause, holder?: string): boolean;
  /**
   * Takes a reason out.
   *
   * @param holder - who has it no more. @default all of them
   * @returns whether it was there, and is there no more
   */
  lift(reason: PauseReason, holder?: string): boolean;
  has(reason: PauseReason): boolean;
  /** Whether there is any. */
  any(): boolean;
  /** The oldest first. */
  list(): readonly Pause[];
}

/** Keeps the reasons of a run, from those that it carries over. */
export function createPauses(carried: readonly Pause[] = []): Pauses {
  const pauses = new Map(
    carried.map((pause) => [pause.reason, { pause, holders: new Set<string>() }] as const),
  );
  return {
    add(pause, holder = '') {
      const known = pauses.get(pause.reason);
      if (known !== undefined) {
        known.holders.add(holder);
        return false;
      }
      pauses.set(pause.reason, { pause, holders: new Set([holder]) });
      return true;
    },
    lift(reason, holder) {
      const known = pauses.get(reason);
      if (known === undefined) return false;
      if (holder !== undefined) {
        known.holders.delete(holder);
        if (known.holders.size > 0) return false;
      }
      return pauses.delete(reason);
    },
    has: (reason) => pauses.has(reason),
    any: () => pauses.size > 0,
    list: () => [...pauses.values()].map(({ pause }) => pause),
  };
}

/** What a person lifts by `resume`. A budget that is used up and an approval that is missing want another command. */
export const liftedByHand: readonly PauseReason[] = ['operator', 'credit', 'key', 'store', 'outage'];

/** Reasons that a single call can tell to be gone. */
export const probed: readonly PauseReason[] = ['credit', 'key'];

/** What is told of a reason when a run is to pause for it. */
export interface PauseCause {
  readonly reason: PauseReason;
  /** Code of the fault, or a person's own words. */
  readonly detail?: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
}

const BY_ITSELF = 'the run then goes on by itself, or at once';

/** Says for people why a run is paused, and what to do. */
export function describePause({ reason, detail, status }: PauseCause, runId: string, since: string): Pause {
  const resume = `with \`pollen-batch resume ${runId}\``;
  const answered = status === undefined ? '' : ` (${status})`;
  const said = (message: string, remedy: string): Pause => ({ reason, since, message, remedy });
  switch (reason) {
    case 'operator':
      return said(`suspended by hand${detail === undefined ? '' : `: ${detail}`}`, `Let it go on ${resume}.`);
    case 'credit':
      return detail === 'key-budget'
        ? said(
            `the Pollen budget of the key is used up${answered}`,
            `Raise the budget of the key; ${BY_ITSELF} ${resume}.`,
          )
        : said(
            `the account is out of credit${answered}`,
            `Top up the balance at https://enter.pollinations.ai; ${BY_ITSELF} ${resume}.`,
          );
    case 'key':
      return said(
        `the API refuses the key${answered}`,
        `Start the workers with a POLLINATIONS_API_KEY that is good; ${BY_ITSELF} ${resume}.`,
      );
    case 'store':
      return said(
        `the object store takes no results${detail === undefined ? '' : ` (${detail})`}; what was generated is held`,
        `${storeRemedy(detail)}; ${BY_ITSELF} ${resume}.`,
      );
    case 'budget':
      return said(
        detail ?? 'the budget is used up',
        `Allow more with \`pollen-batch set ${runId} --budget +1\`, say.`,
      );
    case 'approval':
      return said(
        detail ?? 'the canary has ended',
        `Look at it with \`pollen-batch get ${runId}\` and in the bucket; then let the rest go on with \`pollen-batch approve ${runId}\`, or end it with \`pollen-batch stop ${runId}\`.`,
      );
    case 'outage':
      return said(detail ?? reason, `Let it go on ${resume}.`);
  }
}

const storeRemedies: Readonly<Record<string, string>> = {
  'store-full': 'Make room in the bucket, or raise its quota',
  'store-forbidden': "Give the workers' credentials the right to write into the bucket",
  'store-missing': 'Make the bucket again',
};

function storeRemedy(code = ''): string {
  return storeRemedies[code] ?? 'See that the store answers its workers';
}
