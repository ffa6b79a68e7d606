/** Text from outside on a line: what it does to the direction of writing ends with it. */
export function Text({ of }: { readonly of: string }) {
  return <bdi>{of}</bdi>;
}

/** Text from outside as a block, with its line breaks. */
export function TextBlock({ of, mono = false }: { readonly of: string; readonly mono?: boolean }) {
  return (
    <div class={mono ? 'text-block mono' : 'text-block'} dir="auto">
      {of}
    </div>
  );
}
