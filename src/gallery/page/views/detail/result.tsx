import type { GalleryItem, GalleryStep } from '../../../contract.ts';
import { PENDING } from '../../data/thumbnails.ts';
import { usePage } from '../../hooks/use-page.ts';
import { isPicture, safeLink } from '../../model/link.ts';
import { JsonTree } from '../parts/json-tree.tsx';
import { Picture } from '../parts/picture.tsx';
import { TextBlock } from '../parts/text.tsx';
import { altOf } from '../parts/thumbnail.tsx';

interface ResultProps {
  /** The item, or one of its steps. */
  readonly of: Pick<GalleryItem & GalleryStep, 'kind' | 'status'> & Partial<GalleryItem>;
  readonly item: GalleryItem;
}

/** What an item or a step answered. */
export function Result({ of, item }: ResultProps) {
  const { linkKind } = usePage();
  const link = safeLink(of.link, linkKind);
  return (
    <>
      {of.kind === 'image' && of.status === 'succeeded' && <Image of={of} item={item} link={link} />}
      {of.text !== undefined && of.text !== '' && (
        <Answer text={of.text} json={of.json === true && !of.cut} />
      )}
      {of.text === '' && <p class="note">The text is empty.</p>}
      {link !== undefined && (
        <p class="links">
          {of.cut && <span class="note">This is the start of the text. </span>}
          <a href={link} target="_blank" rel="noopener noreferrer">
            {of.cut ? 'Open the whole text' : 'Open the file'}
          </a>
        </p>
      )}
      {of.cut && link === undefined && <p class="note">This is the start of a longer text.</p>}
    </>
  );
}

function Image({ of, item, link }: ResultProps & { readonly link: string | undefined }) {
  const { thumbnails } = usePage();
  const small = of === item ? thumbnails.of(item.number) : undefined;
  const large = of === item && !isPicture(of.contentType) ? undefined : link;
  return (
    <div class="large">
      <Picture
        sources={[large, small].filter((source) => source !== undefined && source !== PENDING)}
        alt={altOf(item)}
        missing="The picture is not where this page looks for it. It lies beside the page as long as both stay in their folder."
        eager={of === item}
        width={of.width}
        height={of.height}
      />
    </div>
  );
}

function Answer({ text, json }: { readonly text: string; readonly json: boolean }) {
  const value = json ? parse(text) : undefined;
  if (value === undefined) return <TextBlock of={text} />;
  return (
    <div class="json">
      <JsonTree value={value} />
    </div>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
