const whole = new Intl.NumberFormat('en');

/** A count with its thousands apart. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** A count with its word. */
export function formatWord(count: number, word: string, plural = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : plural}`;
}

/** Exact Pollen with thousands apart and without zeros at its end, which say nothing. */
export function formatPollen(decimal: string): string {
  const [, sign = '', digits, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  if (digits === undefined) return decimal;
  const end = fraction.replace(/0+$/, '');
  return sign + digits.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (end === '' ? '' : `.${end}`);
}

/** Milliseconds as people read them, rounded. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** Bytes in units of 1,000, rounded. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A class of latency, from the bound before it up to its own. */
export function formatClass(bounds: readonly number[], index: number): string {
  const [from, to] = [bounds[index - 1], bounds[index]];
  if (from === undefined) return to === undefined ? 'any' : `up to ${formatDuration(to)}`;
  return to === undefined
    ? `over ${formatDuration(from)}`
    : `${formatDuration(from)} to ${formatDuration(to)}`;
}
