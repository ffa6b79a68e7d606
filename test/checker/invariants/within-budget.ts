import type { Documents } from '../documents.ts';
import { finder, type Finding } from '../finding.ts';
import { sumOf, unitsOf } from '../money.ts';

/** I5: the budget was passed at no time, neither by what was charged nor by what was set aside. */
export function withinBudget({ runId, report, journal, sights = [] }: Documents): readonly Finding[] {
  const say = finder('I5', runId);
  const findings: Finding[] = [];
  // Charges are never negative: the last sum is the largest.
  const charged = sumOf(journal, ({ charge }) => charge);
  if (report?.budget !== undefined && charged > unitsOf(report.budget.amount)) {
    findings.push(say(`${charged} units were charged of a budget of ${report.budget.amount} Pollen`));
  }
  for (const { settled, held, budget } of sights) {
    if (unitsOf(settled) + unitsOf(held) > unitsOf(budget)) {
      findings.push(say(`${settled} was spent and ${held} held of a budget of ${budget} Pollen`));
    }
  }
  return findings;
}
