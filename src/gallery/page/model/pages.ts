const BESIDE = 2;

/** Numbers of the pages to link to: the first, the last, and those beside the one that is shown; `undefined` is a gap. */
export function pagesAround(page: number, count: number): readonly (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  let last = 0;
  for (let number = 1; number <= count; number += 1) {
    const isNear = Math.abs(number - page) <= BESIDE;
    if (!isNear && number !== 1 && number !== count) continue;
    if (number - last === 2) numbers.push(number - 1);
    else if (number - last > 2) numbers.push(undefined);
    numbers.push(number);
    last = number;
  }
  return numbers;
}
