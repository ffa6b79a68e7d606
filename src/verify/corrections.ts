import type { AttemptRecord } from '../records/record.ts';
import type { ResultLine } from '../report/result-line.ts';
import { shown, type Findings } from './findings.ts';
import { readUnits } from './money.ts';
import { isObjects } from './reading.ts';

type Charge = AttemptRecord['charge'];

/** What corrections settle; each is used up by the one attempt that it is about. */
export interface Corrections {
  /** The charge of an attempt as it is known now. */
  settle(number: number, attempt: AttemptRecord): Charge;
  /** Says of each that is about no attempt that it is. */
  end(): void;
}

interface Settled {
  readonly object: string;
  readonly name: string;
  readonly was: Charge;
  readonly now: Charge;
}

/** Reads the settled charges of the corrections of a run, given by the names of their objects. */
export function createCorrections(
  findings: Findings,
  runId: string,
  objects: readonly (readonly [object: string, content: Readonly<Record<string, unknown>>])[],
): Corrections {
  const open = new Map<string, Settled[]>();
  for (const [object, content] of objects) {
    const { settled } = content;
    if (content['runId'] !== runId || !isObjects(settled)) {
      findings.add('correction-wrong', object, `charges of ${runId} that are settled`, shown(content));
      continue;
    }
    for (const one of settled as unknown as readonly (AttemptName & Pick<Settled, 'was' | 'now'>)[]) {
      if (!isSettling(one)) {
        const expected = 'an unknown charge, and a known one within its bound';
        findings.add('correction-wrong', object, expected, shown(one));
        continue;
      }
      const name = nameOf(one);
      open.set(name, [...(open.get(name) ?? []), { object, name, was: one.was, now: one.now }]);
    }
  }
  return {
    settle(number, attempt) {
      const { charge } = attempt;
      if (charge?.certainty !== 'unknown') return charge;
      const own = open.get(nameOf({ ...attempt, number })) ?? [];
      const index = own.findIndex(({ was }) => was.amount === charge.amount);
      return own.splice(index, index < 0 ? 0 : 1)[0]?.now ?? charge;
    },
    end() {
      for (const { object, name, was } of [...open.values()].flat()) {
        const expected = `attempt ${name} with an unknown charge of ${shown(was.amount)}`;
        findings.add('correction-wrong', object, expected, 'none, or one that is settled already');
      }
    },
  };
}

/** Which attempt of a run it is. */
type AttemptName = Pick<ResultLine, 'number'> & Pick<AttemptRecord, 'attempt' | 'step' | 'index' | 'repair'>;

function nameOf({ number, step, index, repair, attempt }: AttemptName): string {
  return [number, step, index, repair, attempt].join('/');
}

function isSettling({ was, now }: Partial<Settled>): boolean {
  const amount = readUnits(now?.amount);
  const bound = readUnits(was?.amount);
  const isKnown = now?.certainty === 'exact' || (now?.certainty === 'free' && amount === 0n);
  if (was?.certainty !== 'unknown' || !isKnown || amount === undefined) return false;
  return bound === undefined ? was.amount === null : amount <= bound;
}
