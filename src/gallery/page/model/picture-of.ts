import type { GalleryItem } from '../../contract.ts';

/** What is shown of an item that ends with words: the last picture that was made for it on the way. */
export function pictureOf(item: GalleryItem): GalleryItem | undefined {
  const step = item.steps?.findLast(({ kind, status }) => kind === 'image' && status === 'succeeded');
  if (step === undefined) return undefined;
  const { prompt: _prompt, link: _link, contentType: _type, ...rest } = item;
  return {
    ...rest,
    ...(step.prompt === undefined ? {} : { prompt: step.prompt }),
    ...(step.link === undefined ? {} : { link: step.link }),
    ...(step.contentType === undefined ? {} : { contentType: step.contentType }),
  };
}
