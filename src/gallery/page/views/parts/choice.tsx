import { useId } from 'preact/hooks';

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  /** Value and words of each. */
  readonly options: readonly (readonly [value: string, label: string])[];
  /** Words for no choice; without them one is always made. */
  readonly none?: string;
  /** Whether a choice leaves something out, which is shown. */
  readonly isFilter?: boolean;
  readonly onChange: (value: string | undefined) => void;
}

/** A labelled list to choose one of. Values are numbered inside, so that any text can be one. */
export function Choice({ label, value, options, none, isFilter = false, onChange }: ChoiceProps) {
  const id = useId();
  const chosen = options.findIndex(([each]) => each === value);
  return (
    <span class={chosen >= 0 && isFilter ? 'choice is-set' : 'choice'}>
      <label for={id}>
        <bdi>{label}</bdi>
      </label>
      <select
        id={id}
        value={String(chosen)}
        onChange={(event) => onChange(options[Number(event.currentTarget.value)]?.[0])}
      >
        {none !== undefined && <option value="-1">{none}</option>}
        {options.map(([each, words], index) => (
          <option key={each} value={String(index)} dir="auto">
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}
