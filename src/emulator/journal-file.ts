import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

import type { Journal, JournalEntry } from './journal.ts';

const chunkBytes = 1 << 20;
const entriesPerMark = 1000;
const newline = 0x0a;

interface Line {
  readonly text: string;
  /** Offset of the byte after the line's end. */
  readonly end: number;
}

// Reads by chunks: a long journal never stands in memory whole. A last line without an end is not yielded.
function* linesFrom(file: number, start: number): Generator<Line> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let position = start;
  let end = start;
  for (;;) {
    const bytes = readSync(file, chunk, 0, chunkBytes, position);
    if (bytes === 0) return;
    position += bytes;
    let data = Buffer.concat([rest, chunk.subarray(0, bytes)]);
    for (let at = data.indexOf(newline); at !== -1; at = data.indexOf(newline)) {
      end += at + 1;
      yield { text: data.toString('utf8', 0, at), end };
      data = data.subarray(at + 1);
    }
    rest = data;
  }
}

/**
 * A journal on a file. A last line that was cut when an earlier emulator was killed is dropped.
 * @throws SyntaxError when the file holds lines that are not JSON.
 */
export function createJournalFile(path: string, restore: (entry: JournalEntry) => void): Journal {
  const file = openSync(path, 'a+');
  // Where every thousandth entry begins, so that reading from the middle does not start at the beginning.
  const marks: number[] = [0];
  let count = 0;
  let size = 0;

  const advance = (end: number): void => {
    count += 1;
    size = end;
    if (count % entriesPerMark === 0) marks.push(end);
  };

  for (const line of linesFrom(file, 0)) {
    restore(JSON.parse(line.text) as JournalEntry);
    advance(line.end);
  }
  if (fstatSync(file).size > size) ftruncateSync(file, size);

  return {
    append(entry) {
      advance(size + writeSync(file, `${JSON.stringify(entry)}\n`));
    },
    read(from, limit) {
      const mark = Math.min(Math.floor(from / entriesPerMark), marks.length - 1);
      const entries: JournalEntry[] = [];
      let index = mark * entriesPerMark;
      for (const { text } of linesFrom(file, marks[mark] ?? 0)) {
        if (entries.length === limit) break;
        if (index >= from) entries.push(JSON.parse(text) as JournalEntry);
        index += 1;
      }
      return entries;
    },
    first: () => 0,
    length: () => count,
    close() {
      closeSync(file);
    },
  };
}
