import type { GalleryItem } from '../../../contract.ts';
import { JsonTree } from '../parts/json-tree.tsx';
import { Text, TextBlock } from '../parts/text.tsx';

/** What an item asked for. */
export function Asked({ item }: { readonly item: GalleryItem }) {
  const { prompt, params, vars } = item;
  return (
    <section aria-labelledby="detail-asked">
      <h3 id="detail-asked">Asked</h3>
      {prompt === undefined ? <p class="note">The prompt is not known.</p> : <TextBlock of={prompt} />}
      <Members label="Variables" of={vars} />
      <Members label="Parameters" of={params} />
    </section>
  );
}

function Members({
  label,
  of,
}: {
  readonly label: string;
  readonly of: Readonly<Record<string, unknown>> | undefined;
}) {
  const entries = Object.entries(of ?? {});
  if (entries.length === 0) return null;
  return (
    <>
      <h4>{label}</h4>
      <dl class="facts">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>
              <Text of={name} />
            </dt>
            <dd>{typeof value === 'string' ? <Text of={value} /> : <JsonTree value={value} open={0} />}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
