import { useEffect, useState } from 'preact/hooks';

const STEP_MS = 15_000;

/** The time, every quarter of a minute: what a page says of hours need not be finer. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
