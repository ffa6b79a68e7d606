import { formatPollen, formatWord } from '../../model/format.ts';

/** An exact amount. */
export function Money({ of }: { readonly of: string }) {
  return (
    <span class="money">
      {formatPollen(of)} <span class="unit">Pollen</span>
    </span>
  );
}

/** Calls of which nobody knows whether they were charged, as a sentence. */
export function unknownSentence({
  count,
  atMost,
}: {
  readonly count: number;
  readonly atMost: string | null;
}): string {
  const calls = `${formatWord(count, 'call')} may have been charged and ${count === 1 ? 'is' : 'are'} not counted`;
  return atMost === null
    ? `${calls}; nothing bounds what that costs.`
    : `${calls}: ${formatPollen(atMost)} Pollen at most.`;
}
