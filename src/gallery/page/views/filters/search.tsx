interface SearchProps {
  readonly text: string;
  readonly onInput: (text: string) => void;
}

/** Looks for words in what was asked and answered. */
export function Search({ text, onInput }: SearchProps) {
  return (
    <input
      class="search"
      type="search"
      aria-label="Search in ids, prompts, texts and variables"
      placeholder="Search"
      autocomplete="off"
      spellcheck={false}
      dir="auto"
      value={text}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}
