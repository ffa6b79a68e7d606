import { describe, expect, it } from 'vitest';

import { handOut } from '../../src/workflows/places.ts';

const next = { page: 9, lane: 'all', calls: 250 };
const page = (number: number, waiting: number) => ({ page: number, waiting });

describe('free places', () => {
  it('go to the youngest page that has calls waiting, before any page is started', () => {
    expect(handOut(5, [page(1, 40), page(2, 30)], next)).toEqual({ kind: 'grant', page: 2, places: 5 });
  });

  it('go to an older page when the younger ones have none waiting', () => {
    expect(handOut(5, [page(1, 3), page(2, 0)], next)).toEqual({ kind: 'grant', page: 1, places: 3 });
  });

  it('start the next page when no page has calls waiting', () => {
    expect(handOut(5, [page(1, 0)], next)).toEqual({ kind: 'start', page: next, places: 5 });
  });

  it('are never more than the page has calls', () => {
    const small = { ...next, calls: 2 };
    expect(handOut(64, [], small)).toEqual({ kind: 'start', page: small, places: 2 });
  });

  it('stay free when there are none, no page is left, or too many pages run', () => {
    const many = Array.from({ length: 32 }, (_, index) => page(index, 0));
    expect(handOut(0, [page(1, 40)], next)).toBeUndefined();
    expect(handOut(5, [page(1, 0)], undefined)).toBeUndefined();
    expect(handOut(5, many, next)).toBeUndefined();
    expect(handOut(5, many.slice(1), next)).toMatchObject({ kind: 'start' });
  });
});
