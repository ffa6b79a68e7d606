import type { BillGroup, ModelGroup } from '../../report/bill.ts';

/** Models by name; with their kind where a name stands for one of each. */
export function nameModels(models: readonly ModelGroup[]): readonly BillGroup[] {
  return models.map(({ kind, ...group }) => {
    const isShared = models.some((other) => other.name === group.name && other.kind !== kind);
    return isShared ? { ...group, name: `${group.name} (${kind})` } : group;
  });
}
