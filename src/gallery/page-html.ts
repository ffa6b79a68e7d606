import { createHash } from 'node:crypto';

import { elementIds, type GalleryInfo, type GalleryItem } from './contract.ts';

/** What runs in the browser, and how it looks. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/** Where a page may get pictures from besides itself, and whether it asks its server for more. */
export interface PageReach {
  /** Origins, such as `https://s3.example.com`. */
  readonly images?: readonly string[];
  readonly live?: boolean;
}

/**
 * The Content Security Policy of a page: nothing runs but the code that its hash names, and nothing is asked for but
 * pictures. A page that is opened as a file finds its pictures by `file:`, since such a page has no origin.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
export function pagePolicy({ script, style }: PageCode, { images = [], live = false }: PageReach): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    `img-src ${["'self'", 'file:', 'data:', ...images].join(' ')}`,
    `connect-src ${live ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The start of a page, up to its items. */
export function pageHead(code: PageCode, reach: PageReach, info: GalleryInfo): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(pagePolicy(code, reach))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(`${info.job}: ${info.runId}`)}</title>
<style>${code.style}</style>
</head>
<body>
<noscript>This page draws the results of ${escapeHtml(info.runId)} by JavaScript. Without it, read results.jsonl.</noscript>
<div id="${elementIds.app}"></div>
${block(`id="${elementIds.info}"`, info)}`;
}

/** A block of items. */
export function itemsBlock(items: readonly GalleryItem[]): string {
  return block(`class="${elementIds.items}"`, items);
}

/** The code: after the items, and before the thumbnails, so that it shows the ones before it has read the others. */
export function pageScript({ script }: PageCode): string {
  return `<script>${script}</script>\n`;
}

/** A block of thumbnails: WebP in base64, by the numbers of their items. */
export function thumbnailsBlock(number: number, thumbnails: Readonly<Record<number, string>>): string {
  return block(`id="${elementIds.thumbnails(number)}"`, thumbnails);
}

export const pageEnd = '</body>\n</html>\n';

// Text in a block ends at the first "</script", and "<!--" changes what ends it: so no "<" is in one.
function block(attributes: string, data: unknown): string {
  return `<script type="application/json" ${attributes}>${JSON.stringify(data).replaceAll('<', String.raw`\u003c`)}</script>\n`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
