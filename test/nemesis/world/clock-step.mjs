// Loaded before a worker: its wall clock goes by so many milliseconds as the file says that NEMESIS_CLOCK names. The clock
// that only ever goes forward, `performance.now()`, stays right, as it does when somebody sets the clock of a machine.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env.NEMESIS_CLOCK;
const Real = Date;
let offset = 0;

globalThis.Date = new Proxy(Real, {
  get: (target, name, receiver) =>
    name === 'now' ? () => Real.now() + offset : Reflect.get(target, name, receiver),
  apply: () => new Real(Real.now() + offset).toString(),
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [Real.now() + offset] : values, newTarget),
});

if (file !== undefined) {
  setInterval(() => {
    let next = 0;
    try {
      next = Number(readFileSync(file, 'utf8'));
    } catch {
      // No file, no step.
    }
    if (next !== offset && next !== 0) writeFileSync(`${file}.seen`, `${next}\n`, { flag: 'a' });
    offset = next;
  }, 100).unref();
}
