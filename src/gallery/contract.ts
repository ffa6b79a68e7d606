/*
 * What a gallery's page is given, and nothing else: the page's own code and what writes it agree here. It is read by a
 * browser, so it imports types alone.
 */

/** An item as the page shows it. Money is decimal Pollen, times are ISO 8601. */
export interface GalleryItem {
  readonly number: number;
  readonly id: string;
  readonly customId?: string;
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'expired';
  readonly kind: 'text' | 'image';
  /** Model that was asked, and the provider's name of the one that answered. */
  readonly model: string;
  readonly modelUsed?: string;
  readonly seed?: number;
  /** Values of its matrix and its row. */
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly prompt?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** What the item answers with, or of a failed one, what was answered instead of it; cut at 4 KB. */
  readonly text?: string;
  /** Set when `text` is the start of a longer one. */
  readonly cut?: true;
  /** Set when the text is the JSON that was asked for. */
  readonly json?: true;
  /** Where the result lies: relative to the page, or an address that is signed. */
  readonly link?: string;
  readonly contentType?: string;
  readonly bytes?: number;
  readonly width?: number;
  readonly height?: number;
  readonly sha256?: string;
  readonly cost: string;
  /** Calls of which nobody knows whether they were charged, and what they cost at most; `null` where nothing bounds it. */
  readonly unknown?: { readonly count: number; readonly atMost: string | null };
  /** Tries, those included that were told to slow down. */
  readonly attempts: number;
  readonly throttled?: number;
  readonly startedAt?: string;
  readonly latencyMs?: number;
  readonly cache?: string;
  /** Why an answer that passed every check looks wrong all the same. */
  readonly doubt?: string;
  /** Earlier run that made the call. */
  readonly reusedRun?: string;
  readonly fault?: {
    readonly code: string;
    readonly status?: number;
    readonly message: string;
    readonly remedy: string;
  };
  /** The calls of an item that has several, in order. */
  readonly steps?: readonly GalleryStep[];
  /** The item as an entry of `items` in a job file, on one line; absent where what it asked for is gone. */
  readonly jobLine?: string;
}

/** One call of an item that has several. */
export interface GalleryStep {
  /** Its name, with its place in the list that it goes over and the number of its repair. */
  readonly name: string;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly prompt?: string;
  readonly text?: string;
  readonly cut?: true;
  readonly json?: true;
  readonly link?: string;
  readonly contentType?: string;
  readonly cost: string;
  readonly fault?: GalleryItem['fault'];
}

/** What the page tells of the whole run, of which it may show a part. */
export interface GalleryInfo {
  readonly version: 1;
  readonly runId: string;
  readonly job: string;
  readonly description?: string;
  /** How it has ended, or `running`. */
  readonly state: 'completed' | 'completed_with_failures' | 'stopped' | 'expired' | 'failed' | 'running';
  /** Set when the answers are the emulator's. */
  readonly emulated?: true;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Items of the whole run, and how those have ended that have. */
  readonly items: number;
  readonly ended: Readonly<Record<GalleryItem['status'], number>>;
  readonly cost: string;
  readonly unknown?: { readonly count: number; readonly atMost: string | null };
  readonly figures: GalleryFigures;
  /** Where a run has more items than one page takes: which page this is, from 1, and where the others lie. */
  readonly pages?: { readonly page: number; readonly hrefs: readonly string[] };
  readonly links:
    | { readonly kind: 'relative' }
    /** Addresses that end to work. */
    | { readonly kind: 'presigned'; readonly expiresAt: string };
  /** Where the page asks for what has come since; absent of a page that is whole. */
  readonly live?: { readonly href: string };
}

/** Figures of the whole run. */
export interface GalleryFigures {
  /** The dearest first. */
  readonly models: readonly {
    readonly model: string;
    readonly kind: 'text' | 'image';
    /** Calls that were asked of it. */
    readonly items: number;
    readonly cost: string;
    /** Calls of which nobody knows whether they were charged. */
    readonly unknown: number;
    /** Answers by how long they took: one more than there are bounds. */
    readonly latency: readonly number[];
  }[];
  /** Upper bounds of the classes of latency, in milliseconds. */
  readonly latencyBoundsMs: readonly number[];
  /** How many calls were sent, in steps of time from `from`; of older runs nobody knows the limit. */
  readonly rate?: {
    readonly from: string;
    readonly stepSeconds: number;
    readonly lanes: readonly {
      readonly lane: string;
      /** Calls that were sent in each step. */
      readonly sent: readonly number[];
      /** Calls a second that the lane allowed, `null` in steps without a call. */
      readonly limit: readonly (number | null)[];
    }[];
  };
  /** Those of most items first. */
  readonly failures: readonly {
    readonly code: string;
    readonly status?: number;
    readonly items: number;
    readonly message: string;
    readonly remedy: string;
  }[];
  /** Variables with two to fifty values, in their order: what rows and columns of a table can be. Values are JSON. */
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** What a live page is told at each question. */
export interface GalleryNews {
  readonly info: GalleryInfo;
  /** Those that have ended since, each with its thumbnail where there is one. */
  readonly items: readonly (GalleryItem & { readonly thumbnail?: string })[];
  /** Where the next question goes on. */
  readonly next: number;
}

/** Items of one block of data; each is one JSON text, so that a browser reads them apart. */
export const ITEMS_PER_BLOCK = 500;

/** Thumbnails of one block, by the numbers of their items: block `Math.floor(number / THUMBNAILS_PER_BLOCK)`. */
export const THUMBNAILS_PER_BLOCK = 250;

/** Ids of the elements of a page. */
export const elementIds = {
  app: 'app',
  info: 'info',
  /** Class of the blocks of items, in order. */
  items: 'items',
  /** Of a block of thumbnails: a JSON object of WebP in base64, by item number. It may come after the code that asks for it. */
  thumbnails: (block: number) => `thumbnails-${block}`,
} as const;
