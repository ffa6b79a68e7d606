import { glanceAt } from '../../model/glance.ts';

/** The first members of JSON, a line each. */
export function JsonGlance({ text }: { readonly text: string }) {
  const lines = glanceAt(text);
  return (
    <div class="card-json">
      {lines.map(([name, value], index) => (
        <div key={index} class="card-json-line">
          {name !== '' && (
            <span class="json-name">
              <bdi>{name}</bdi>:{' '}
            </span>
          )}
          <bdi>{value}</bdi>
        </div>
      ))}
    </div>
  );
}
