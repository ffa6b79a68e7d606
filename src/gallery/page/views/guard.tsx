import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';

/** Says so where the page cannot be drawn, since an empty one says nothing. */
export function Guard({ children }: { readonly children: ComponentChildren }) {
  const [error] = useErrorBoundary();
  if (error === undefined) return <>{children}</>;
  return <Broken reasons={[`The page could not be drawn: ${String(error)}`]} />;
}

/** The page without its run. */
export function Broken({ reasons }: { readonly reasons: readonly string[] }) {
  return (
    <main class="broken" role="alert">
      <h1>This gallery cannot be shown</h1>
      <ul>
        {reasons.map((reason) => (
          <li key={reason} dir="auto">
            {reason}
          </li>
        ))}
      </ul>
      <p>The results themselves are not harmed: read results.jsonl, or have the page made again.</p>
    </main>
  );
}
