/** What `exercise` takes on the machine that limits were measured on, at rest, in seconds. */
const secondsAtRest = 0.025;

/** Seconds of the processor that work takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1e6;
}

/** How many times slower than at rest the machine is just now, as others work on it or it is another one. */
export async function slowness(): Promise<number> {
  return (await secondsOf(exercise)) / secondsAtRest;
}

/** Work of the kind that reading a file is: small texts, small objects, a map of many keys. */
function exercise(): number {
  let letters = 0;
  for (let round = 0; round < 10; round += 1) {
    const map = new Map<string, { readonly number: number }>();
    for (let number = 0; number < 20_000; number += 1) map.set(`key${number}`, { number });
    for (const key of map.keys()) letters += key.length;
  }
  return letters;
}
