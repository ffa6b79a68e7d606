/*
 * Marks that benchmarks and tests read: when the first cards were painted, and how long the page takes from an input
 * until what it asked for is painted.
 */

/** Calls back when what has been rendered has been painted. */
function afterPaint(then: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', then, { once: true });
    port1.start();
    port2.postMessage(undefined);
  });
}

/** Marks that the first cards have been painted. */
export function markShown(): void {
  afterPaint(() => performance.mark('gallery:shown'));
}

/** Measures from now until what follows has been painted. */
export function measureUntilPaint(name: 'filter' | 'sort'): void {
  const start = performance.now();
  afterPaint(() => performance.measure(`gallery:${name}`, { start }));
}
