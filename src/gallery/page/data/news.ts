import type { GalleryNews } from '../../contract.ts';
import { EVERY_MS, pauseAfter } from '../model/backoff.ts';
import { isItem, withDefaults } from '../model/parse.ts';

/** Hears what has come, and whether the server answers. */
export interface NewsListener {
  readonly heard: (news: GalleryNews) => void;
  /** Seconds until the next question, after one without an answer. */
  readonly lost: (seconds: number) => void;
}

/** Asks a server for what has come since, until the run has ended; nothing is asked while nobody looks. Gives a function that ends it. */
export function followNews(href: string, { heard, lost }: NewsListener): () => void {
  const ended = new AbortController();
  let next = 0;
  let errors = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;

  async function ask(): Promise<void> {
    if (asking || ended.signal.aborted || document.hidden) return;
    asking = true;
    clearTimeout(timer);
    try {
      const news = await fetchNews(href, next, ended.signal);
      errors = 0;
      next = news.next;
      heard(news);
      if (news.info.state !== 'running') ended.abort();
    } catch {
      errors += 1;
      if (!ended.signal.aborted) lost(pauseAfter(errors) / 1_000);
    }
    asking = false;
    if (!ended.signal.aborted)
      timer = setTimeout(() => void ask(), errors === 0 ? EVERY_MS : pauseAfter(errors));
  }

  document.addEventListener('visibilitychange', () => void ask(), { signal: ended.signal });
  void ask();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}

async function fetchNews(href: string, from: number, signal: AbortSignal): Promise<GalleryNews> {
  const address = new URL(href, location.href);
  address.searchParams.set('from', String(from));
  const response = await fetch(address, { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const news = (await response.json()) as GalleryNews;
  return { info: withDefaults(news.info), items: news.items.filter(isItem), next: news.next };
}
