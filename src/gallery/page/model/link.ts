/** How the links of a page are made, as `GalleryInfo` says it. */
type LinkKind = 'relative' | 'presigned';

/**
 * A link that may be followed, or `undefined`: relative to the page, and of a page with presigned links `https:` and
 * `http:` as well. Nothing else is one, whatever a browser would make of it.
 */
export function safeLink(link: string | undefined, kind: LinkKind): string | undefined {
  // Browsers drop control characters and take a backslash for a slash, so what looks relative might have a scheme.
  if (link === undefined || link === '' || hasTraps(link)) return undefined;
  if (/^https?:\/\//i.test(link)) return kind === 'presigned' ? link : undefined;
  if (/^[^/?#]*:/.test(link) || link.startsWith('//')) return undefined;
  return link;
}

function hasTraps(link: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u0020\u007F-\u009F\\]/.test(link);
}

const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'];

/** Whether a content type is one of pictures without code in them. */
export function isPicture(contentType: string | undefined): boolean {
  return pictureTypes.includes(contentType?.split(';')[0]?.trim().toLowerCase() ?? '');
}
