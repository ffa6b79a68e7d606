import type { GalleryItem } from '../../../contract.ts';
import { PENDING } from '../../data/thumbnails.ts';
import { usePage } from '../../hooks/use-page.ts';
import { isPicture, safeLink } from '../../model/link.ts';
import { Picture } from './picture.tsx';

/** The small picture of an item, or where it has none, the picture itself. */
export function Thumbnail({ item }: { readonly item: GalleryItem }) {
  const { thumbnails, linkKind } = usePage();
  const small = thumbnails.of(item.number);
  if (small === PENDING) return <p class="no-picture pending" aria-hidden="true" />;
  const link = isPicture(item.contentType) ? safeLink(item.link, linkKind) : undefined;
  const sources = [small, link].filter((source) => source !== undefined);
  return <Picture key={small} sources={sources} alt={altOf(item)} missing="No picture beside this page" />;
}

const LONGEST_ALT = 150;

/** What a picture shows, as far as anybody knows: what was asked for. */
export function altOf({ id, prompt }: GalleryItem): string {
  if (prompt === undefined) return `Picture of ${id}`;
  return prompt.length > LONGEST_ALT ? `${prompt.slice(0, LONGEST_ALT)}…` : prompt;
}
