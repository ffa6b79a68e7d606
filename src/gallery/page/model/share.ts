/** How long a bar is beside the longest one, from 0 to 1; to draw by, and not to count with. */
export function shareOf(value: string | number, largest: string | number): number {
  const share = Number(value) / Number(largest);
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
}

/** A share as a length of CSS. */
export function asPercent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
