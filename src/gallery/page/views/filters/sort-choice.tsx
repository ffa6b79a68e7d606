import { sortKeys, type Sort } from '../../model/sort.ts';
import { Choice } from '../parts/choice.tsx';

const words: Readonly<Record<Sort['by'], string>> = {
  number: 'number',
  cost: 'cost',
  time: 'time it took',
  started: 'start',
};
const options = sortKeys.map((key) => [key, words[key]] as const);

/** What the items are put in order by, and which way. */
export function SortChoice({
  sort,
  onChange,
}: {
  readonly sort: Sort;
  readonly onChange: (sort: Sort) => void;
}) {
  return (
    <span class="sort">
      <Choice
        label="Sort by"
        value={sort.by}
        options={options}
        onChange={(value) => onChange({ ...sort, by: sortKeys.find((key) => key === value) ?? 'number' })}
      />
      <button
        type="button"
        class="icon"
        aria-pressed={sort.descending}
        aria-label="The largest first"
        title={sort.descending ? 'The largest first' : 'The smallest first'}
        onClick={() => onChange({ ...sort, descending: !sort.descending })}
      >
        <span aria-hidden="true">{sort.descending ? '↓' : '↑'}</span>
      </button>
    </span>
  );
}
