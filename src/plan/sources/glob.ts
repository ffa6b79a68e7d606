/**
 * What matches the paths that a glob names: `**` as a whole part stands for any folders, `*` and `?` for characters of one
 * name. It takes time by the length of both, whatever stars there are.
 */
export function globPattern(glob: string): { readonly test: (path: string) => boolean } {
  const parts = partsOf(glob);
  const isName = (part: string, name: string): boolean =>
    isMatch(Array.from(part), Array.from(name), '*', isSame);
  return { test: (path) => isMatch(parts, path.split('/'), '**', isName) };
}

/** The folder that everything a glob names is below, and whether that may be any way below. */
export function globRoot(glob: string): { readonly folder: string; readonly isDeep: boolean } {
  const parts = partsOf(glob);
  const first = parts.findIndex((part) => /[*?]/.test(part));
  return {
    folder: parts.slice(0, first).join('/'),
    isDeep: first < parts.length - 1 || parts.includes('**'),
  };
}

function partsOf(glob: string): readonly string[] {
  return glob.split('/').filter((part) => part !== '' && part !== '.');
}

function isSame(wanted: string, character: string): boolean {
  return wanted === '?' || wanted === character;
}

/** Walks both lists once: only the last star is ever lengthened, as what fits behind an earlier one fits there as well. */
function isMatch(
  pattern: readonly string[],
  found: readonly string[],
  star: string,
  fits: (wanted: string, one: string) => boolean,
): boolean {
  let at = 0;
  let behindStar = -1;
  let resume = 0;
  let index = 0;
  while (index < found.length) {
    const wanted = pattern[at];
    const one = found[index];
    if (wanted === star) {
      behindStar = at += 1;
      resume = index;
    } else if (wanted !== undefined && one !== undefined && fits(wanted, one)) {
      at += 1;
      index += 1;
    } else if (behindStar === -1) {
      return false;
    } else {
      at = behindStar;
      index = resume += 1;
    }
  }
  return pattern.slice(at).every((wanted) => wanted === star);
}
