import { createJournalFile } from './journal-file.ts';
import type { Journal, JournalEntry } from './journal.ts';

const keptInMemory = 20_000;

function createJournalInMemory(): Journal {
  let entries: JournalEntry[] = [];
  let dropped = 0;
  return {
    append(entry) {
      entries.push(entry);
      if (entries.length < 2 * keptInMemory) return;
      entries = entries.slice(keptInMemory);
      dropped += keptInMemory;
    },
    read(from, limit) {
      const start = from - dropped;
      return entries.slice(Math.max(0, start), Math.max(0, start + limit));
    },
    first: () => dropped,
    length: () => dropped + entries.length,
    close() {},
  };
}

/**
 * Opens a journal: on a file, where earlier entries are handed to `restore` in order, or in memory, where at least
 * the latest 20,000 entries are kept. Each entry reaches the file in one write, before `append` returns.
 * @throws when the file cannot be opened, or is not a journal.
 */
export function openJournal(path: string | undefined, restore: (entry: JournalEntry) => void): Journal {
  return path === undefined ? createJournalInMemory() : createJournalFile(path, restore);
}
