import { useEffect, useRef, useState } from 'preact/hooks';

import type { GalleryItem } from '../../../contract.ts';
import { copyText } from '../../data/copy-text.ts';

interface CopiesProps {
  readonly item: GalleryItem;
  /** Tells who does not see it. */
  readonly say: (sentence: string) => void;
}

/** Takes parts of an item along. */
export function Copies({ item, say }: CopiesProps) {
  const [done, setDone] = useState<string | undefined>(undefined);
  const [byHand, setByHand] = useState<string | undefined>(undefined);
  const parts = [
    ['job line', item.jobLine],
    ['prompt', item.prompt],
    ['id', item.id],
  ] as const;

  async function copy(name: string, text: string): Promise<void> {
    const isDone = await copyText(text);
    setDone(isDone ? name : undefined);
    setByHand(isDone ? undefined : text);
    say(
      isDone
        ? `Copied the ${name}.`
        : `The browser does not copy here. The ${name} is selected: copy it by key.`,
    );
  }

  return (
    <div class="copies">
      {parts.map(
        ([name, text]) =>
          text !== undefined && (
            <button key={name} type="button" onClick={() => void copy(name, text)}>
              {done === name
                ? `Copied the ${name}`
                : name === 'job line'
                  ? 'Copy as job line'
                  : `Copy ${name}`}
            </button>
          ),
      )}
      {byHand !== undefined && <ByHand text={byHand} />}
    </div>
  );
}

function ByHand({ text }: { readonly text: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.select(), [text]);
  return (
    <label class="by-hand">
      The browser does not copy here. This is selected: copy it by key.
      <textarea ref={area} readonly rows={3} dir="auto" value={text} />
    </label>
  );
}
