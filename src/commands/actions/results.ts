import { relative } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { pageCode } from '../../gallery/page-code.ts';
import type { S3Store } from '../../storage/s3.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import { exitCodes } from '../exit-codes.ts';
import { plain } from '../render/terminal.ts';
import { plural } from '../render/words.ts';
import { copyRunTo } from '../results/copy-to.ts';
import { resultChunks } from '../results/formats.ts';
import type { ResultFormat } from '../results/result-formats.ts';
import { openEnded, results, writeResults, writeRunDataset, writeRunGallery } from '../results/results.ts';
import type { GalleryLinks } from '../results/write-gallery.ts';
import { parseSelection } from '../results/selection.ts';
import type { Reading } from '../session/reading.ts';
import { configure, withStored } from './configure.ts';
import { keepHeapSmall } from './small-heap.ts';
import { done, type CommandContext, type Outcome, type OutputFlags } from './outcome.ts';
import { isTerminal, toStdout } from './to-stdout.ts';

export interface ResultsFlags extends OutputFlags {
  readonly out: string;
  readonly format: 'files' | 'gallery' | ResultFormat;
  readonly select?: readonly string[];
  readonly withArtifacts?: true;
  readonly dataset?: true;
  readonly to?: string;
  readonly links?: 'relative' | 'presigned';
  /** Seconds. */
  readonly expires?: number;
}

/** `results RUN` */
export function resultsAction(text: string, flags: ResultsFlags, context: CommandContext): Promise<Outcome> {
  keepHeapSmall();
  checkFlags(flags);
  const selection = parseSelection(flags.select ?? []);
  return withStored(configure(), text, async (reading, run) => {
    const { store } = reading;
    const { out, format, to, dataset, withArtifacts = false } = flags;
    if (to !== undefined) return copyOutcome(reading, run, to, context);
    if (format === 'files' && dataset !== true) {
      const code = () => pageCode(reading.config.cacheDir);
      return filesOutcome(await results(store, run, out, code, selection), context);
    }
    const exported = await openEnded(store, run, selection);
    const { state, tally } = exported.marker;
    const base = { runId: run.runId, state, tally };
    if (dataset === true || format === 'files') {
      const written = await writeRunDataset(store, exported, out);
      context.terminal.say(
        `${plural(written.rows, 'row')} and ${plural(written.images, 'image')} in ${plural(written.files, 'Parquet file')}, with a card.`,
      );
      return { data: { ...base, ...written }, text: near(written.folder), exitCode: exitCodes.succeeded };
    }
    if (format === 'gallery') {
      const gallery = {
        code: await pageCode(reading.config.cacheDir),
        links: await linksOf(store, flags),
        withArtifacts,
      };
      const written = await writeRunGallery(store, exported, gallery, out);
      context.terminal.say(linksText(gallery.links, withArtifacts, store));
      return { data: { ...base, ...written }, text: near(written.file), exitCode: exitCodes.succeeded };
    }
    if (out === '-') {
      for await (const chunk of resultChunks(store, exported, format)) await toStdout(chunk);
      return done;
    }
    const written = await writeResults(store, exported, { format, withArtifacts }, out);
    return { data: { ...base, ...written }, text: near(written.file), exitCode: exitCodes.succeeded };
  });
}

function checkFlags({ out, format, dataset, withArtifacts, links, expires }: ResultsFlags): void {
  if ((links !== undefined && format !== 'gallery') || (expires !== undefined && links !== 'presigned')) {
    throw new PollenBatchError('usage', 'only a gallery has links, and only signed ones expire', {
      remedy: 'Give them as `--format gallery --links presigned --expires 24h`.',
    });
  }
  if (out !== '-') return;
  if (format === 'files' || format === 'gallery' || dataset === true || withArtifacts === true) {
    throw new PollenBatchError('usage', 'files cannot be printed', {
      remedy: 'Give a folder with --out, or one of the other formats, such as `--format jsonl --out -`.',
    });
  }
  if (format === 'parquet' && isTerminal()) {
    throw new PollenBatchError('usage', 'a Parquet file is nothing to look at on a terminal', {
      remedy: 'Give a file with --out, or pipe it to another program.',
    });
  }
}

const DAY = 86_400;

async function linksOf(
  store: Pick<S3Store, 'presign' | 'credentialsExpireAt'>,
  { links, expires = DAY }: ResultsFlags,
): Promise<GalleryLinks> {
  if (links !== 'presigned') return { kind: 'relative' };
  const wanted = Date.now() + expires * 1_000;
  const least = Math.min(wanted, (await store.credentialsExpireAt())?.getTime() ?? wanted);
  return {
    kind: 'presigned',
    expiresAt: new Date(least).toISOString(),
    sign: (key) => store.presign(key, expires),
  };
}

function linksText(links: GalleryLinks, withArtifacts: boolean, { server }: Pick<S3Store, 'server'>): string {
  if (links.kind === 'presigned') {
    const until = `Whoever has the page can read what it links to, until ${links.expiresAt}.`;
    const isHere = /^https?:\/\/(127\.|localhost|\[::1\])/.test(server);
    return isHere ? `${until} Its links lead to ${server}, which is this machine alone.` : until;
  }
  return withArtifacts
    ? 'Its links lead to items/ beside it.'
    : 'Its links lead to items/ beside it: --with-artifacts copies them, --links presigned links to the bucket.';
}

function filesOutcome(
  { runId, marker, folder, copied, kept, galleryFault }: Awaited<ReturnType<typeof results>>,
  { terminal }: CommandContext,
): Outcome {
  terminal.say(
    `${plural(copied, 'file')} copied, ${kept} there already; index.html, results.jsonl, report and bill beside them.`,
  );
  if (galleryFault !== undefined) terminal.say(`The page could not be made: ${plain(galleryFault)}`);
  return {
    data: { runId, state: marker.state, folder, copied, kept, tally: marker.tally },
    text: near(folder),
    exitCode: exitCodes.succeeded,
  };
}

async function copyOutcome(
  { store, config }: Reading,
  run: RunLocation,
  to: string,
  { terminal }: CommandContext,
): Promise<Outcome> {
  if (config.store === undefined) throw new Error('a store that is open has settings');
  const { marker, bucket, prefix, folder, copied, kept } = await copyRunTo(store, config.store, run, to);
  terminal.say(
    `${plural(copied, 'object')} copied from s3://${store.bucket}/${runKeys(run).root}, ${kept} there already. Commands whose settings say S3_BUCKET=${bucket} and S3_PREFIX=${prefix} read the copy.`,
  );
  return {
    data: { runId: run.runId, state: marker.state, bucket, prefix, folder, copied, kept },
    text: folder,
    exitCode: exitCodes.succeeded,
  };
}

function near(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}
