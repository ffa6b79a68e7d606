import { useState } from 'preact/hooks';

interface JsonProps {
  readonly value: unknown;
  readonly name?: string;
  /** Levels that are open at first. */
  readonly open?: number;
}

/** JSON as a tree that folds. A branch is drawn when it is opened, however deep the rest goes. */
export function JsonTree({ value, name, open = 1 }: JsonProps) {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} name={name} />;
  return <Branch value={value} name={name} open={open} />;
}

function Leaf({ value, name }: { readonly value: unknown; readonly name: string | undefined }) {
  return (
    <div class="json-leaf">
      <Name of={name} />
      <bdi class={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</bdi>
    </div>
  );
}

function Branch({
  value,
  name,
  open,
}: {
  readonly value: object;
  readonly name: string | undefined;
  readonly open: number;
}) {
  const [isOpen, setOpen] = useState(open > 0);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  return (
    <details class="json-branch" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Name of={name} />
        <span class="json-size">
          {isList ? '[ ]' : '{ }'} {entries.length}
        </span>
      </summary>
      {isOpen && (
        <div class="json-members">
          {entries.map(([key, member]) => (
            <JsonTree key={key} name={key} value={member} open={open - 1} />
          ))}
        </div>
      )}
    </details>
  );
}

function Name({ of }: { readonly of: string | undefined }) {
  return of === undefined ? null : (
    <span class="json-name">
      <bdi>{of}</bdi>:{' '}
    </span>
  );
}
