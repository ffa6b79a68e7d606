import { useState } from 'preact/hooks';

interface PictureProps {
  /** Addresses in order: when one cannot be shown, the next one is. */
  readonly sources: readonly string[];
  readonly alt: string;
  /** What stands there when none can be shown. */
  readonly missing: string;
  /** Whether it is asked for before it comes on the screen. */
  readonly eager?: boolean;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** A picture, or words in its place. */
export function Picture({ sources, alt, missing, eager = false, width, height }: PictureProps) {
  const [failed, setFailed] = useState<readonly string[]>([]);
  const source = sources.find((each) => !failed.includes(each));
  if (source === undefined) return <p class="no-picture">{missing}</p>;
  return (
    <img
      src={source}
      alt={alt}
      width={width}
      height={height}
      loading={eager || source.startsWith('data:') ? 'eager' : 'lazy'}
      decoding="async"
      draggable={false}
      referrerpolicy="no-referrer"
      onError={() => setFailed((before) => [...before, source])}
    />
  );
}
