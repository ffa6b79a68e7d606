import type { Documents } from '../documents.ts';
import { finder, type Finding } from '../finding.ts';
import { sumOf, unitsOf } from '../money.ts';

/** I5: the budget was passed at no time, neither by what was charged nor by what was set aside. */
export function withinBudget({ runId, report, journal, sights = [], budget }: Documents): readonly Finding[] {
  const say = finder('I5', runId);
  const findings: Finding[] = [];
  // Charges are never negative: the last sum is the largest.
  const charged = sumOf(journal, ({ charge }) => charge);
  const cap = budget ?? report?.budget?.amount;
  if (cap !== undefined && charged > unitsOf(cap)) {
    findings.push(say(`${charged} units were charged of a budget of ${cap} Pollen`));
  }
  for (const sight of sights) {
    const { settled, held } = sight;
    const most = budget ?? sight.budget;
    if (unitsOf(settled) + unitsOf(held) > unitsOf(most)) {
      findings.push(say(`${settled} was spent and ${held} held of a budget of ${most} Pollen`));
    }
  }
  return findings;
}
