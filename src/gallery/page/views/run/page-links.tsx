import type { GalleryInfo } from '../../../contract.ts';
import { safeLink } from '../../model/link.ts';
import { pagesAround } from '../../model/pages.ts';

/** The other pages of a run that has more items than one page takes. */
export function PageLinks({ pages }: { readonly pages: NonNullable<GalleryInfo['pages']> }) {
  const { page, hrefs } = pages;
  const hrefOf = (number: number): string | undefined => safeLink(hrefs[number - 1], 'relative');
  return (
    <nav class="pages" aria-label="Pages of items">
      <PageLink href={hrefOf(page - 1)} label="Previous page" words="← Previous" />
      {pagesAround(page, hrefs.length).map((number, index) =>
        number === undefined ? (
          <span key={`gap-${index}`} aria-hidden="true">
            …
          </span>
        ) : number === page ? (
          <span key={number} class="page-here" aria-current="page">
            {number}
          </span>
        ) : (
          <PageLink key={number} href={hrefOf(number)} label={`Page ${number}`} words={String(number)} />
        ),
      )}
      <PageLink href={hrefOf(page + 1)} label="Next page" words="Next →" />
    </nav>
  );
}

function PageLink({
  href,
  label,
  words,
}: {
  readonly href: string | undefined;
  readonly label: string;
  readonly words: string;
}) {
  if (href === undefined) return null;
  return (
    <a href={href} aria-label={label}>
      {words}
    </a>
  );
}
