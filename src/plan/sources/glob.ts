/** A path that `*`, `?` and `**` may stand for parts of, as what matches them: `**` for any folders, the others within one name. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .split(/(\*\*\/|\*\*|\*|\?)/u)
    .map((part) => {
      if (part === '**/') return '(?:[^/]+/)*';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      return part === '?' ? '[^/]' : part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
    })
    .join('');
  return new RegExp(`^${source}$`, 'u');
}

/** The folder that everything a glob names is below, and whether that may be any way below. */
export function globRoot(glob: string): { readonly folder: string; readonly isDeep: boolean } {
  const parts = glob.split('/');
  const first = parts.findIndex((part) => /[*?]/.test(part));
  return { folder: parts.slice(0, first).join('/'), isDeep: first < parts.length - 1 || glob.includes('**') };
}
