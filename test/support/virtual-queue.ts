/** What is due when, on a clock that nothing waits for. */
interface VirtualQueue {
  add(seconds: number, act: () => void): void;
  /** Does what is due next; false when nothing is. */
  runNext(): boolean;
}

/** A heap: worlds are played on it thousands of times. */
export function createQueue(): VirtualQueue {
  const heap: { readonly at: number; readonly act: () => void }[] = [];
  let now = 0;
  const at = (index: number): number => heap[index]?.at ?? Infinity;
  function swap(left: number, right: number): void {
    const [one, other] = [heap[left], heap[right]];
    if (one === undefined || other === undefined) return;
    heap[left] = other;
    heap[right] = one;
  }
  return {
    add(seconds, act) {
      heap.push({ at: now + seconds, act });
      for (let index = heap.length - 1; index > 0;) {
        const parent = (index - 1) >> 1;
        if (at(parent) <= at(index)) break;
        swap(parent, index);
        index = parent;
      }
    },
    runNext() {
      swap(0, heap.length - 1);
      const due = heap.pop();
      if (due === undefined) return false;
      for (let index = 0; ;) {
        const left = index * 2 + 1;
        const least = at(left + 1) < at(left) ? left + 1 : left;
        if (at(index) <= at(least)) break;
        swap(index, least);
        index = least;
      }
      now = due.at;
      due.act();
      return true;
    },
  };
}
