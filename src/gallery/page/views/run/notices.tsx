import type { GalleryInfo } from '../../../contract.ts';
import { useNow } from '../../hooks/use-now.ts';
import { formatBoth, hasPassed } from '../../model/time.ts';

interface NoticesProps {
  readonly info: GalleryInfo;
  readonly problems: readonly string[];
  readonly lostFor: number | undefined;
  /** Number of an item that a link opens, and the page has not. */
  readonly absent: number | undefined;
}

/** What the reader must know before the results: what cannot be read, what no longer works. */
export function Notices({ info, problems, lostFor, absent }: NoticesProps) {
  return (
    <div class="notices">
      {problems.length > 0 && (
        <div class="notice notice-bad" role="alert">
          <strong>Part of this page cannot be read.</strong>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
      {lostFor !== undefined && (
        <p class="notice notice-warning" role="alert">
          The server does not answer; what it has told so far stays here. The page asks again every {lostFor}{' '}
          seconds.
        </p>
      )}
      {absent !== undefined && (
        <p class="notice" role="status">
          Item {absent} is not on this page.
        </p>
      )}
      <LinksNotice links={info.links} />
    </div>
  );
}

function LinksNotice({ links }: { readonly links: GalleryInfo['links'] }) {
  const now = useNow();
  if (links.kind !== 'presigned') return null;
  if (!hasPassed(links.expiresAt, now)) {
    return <p class="notice">Links to pictures and files work until {formatBoth(links.expiresAt)}.</p>;
  }
  return (
    <p class="notice notice-bad" role="alert">
      <strong>Links to pictures and files no longer work.</strong> They did until{' '}
      {formatBoth(links.expiresAt)}. Ask who sent this page for a new one; what stands in the page itself
      stays.
    </p>
  );
}
