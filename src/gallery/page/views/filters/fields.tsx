import type { Facets } from '../../model/facets.ts';
import type { Filter } from '../../model/filter.ts';
import { labelOf } from '../../model/axes.ts';
import { Choice } from '../parts/choice.tsx';

interface FieldsProps {
  readonly filter: Filter;
  readonly facets: Facets;
  readonly set: (part: Partial<Filter>) => void;
}

const same = (values: readonly string[]) => values.map((value) => [value, value] as const);

/** A list to choose from for each thing that the items differ in. */
export function Fields({ filter, facets, set }: FieldsProps) {
  const { statuses, kinds, models, codes, axes } = facets;
  return (
    <>
      <Field label="Status" value={filter.status} values={statuses} onChange={(status) => set({ status })} />
      <Field label="Kind" value={filter.kind} values={kinds} onChange={(kind) => set({ kind })} />
      <Field label="Model" value={filter.model} values={models} onChange={(model) => set({ model })} />
      {(filter.code !== undefined || filter.status === 'failed') && (
        <Field
          label="Failure"
          value={filter.code}
          values={codes}
          onChange={(code) => set({ code, codeStatus: undefined })}
        />
      )}
      {axes.map(({ name, values }) => (
        <Choice
          key={`var:${name}`}
          label={name}
          none="any"
          isFilter
          value={filter.vars.get(name)}
          options={values.map((value) => [value, labelOf(value)] as const)}
          onChange={(value) => set({ vars: withVar(filter.vars, name, value) })}
        />
      ))}
    </>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly values: readonly string[];
  readonly onChange: (value: string | undefined) => void;
}

function Field({ label, value, values, onChange }: FieldProps) {
  // One that a link has chosen is there to be seen and taken back.
  const known = value === undefined || values.includes(value) ? values : [...values, value];
  if (known.length < 2 && value === undefined) return null;
  return <Choice label={label} none="any" isFilter value={value} options={same(known)} onChange={onChange} />;
}

function withVar(vars: Filter['vars'], name: string, value: string | undefined): Filter['vars'] {
  const changed = new Map(vars);
  if (value === undefined) changed.delete(name);
  else changed.set(name, value);
  return changed;
}
