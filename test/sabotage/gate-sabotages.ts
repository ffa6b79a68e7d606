/** Sabotages of what holds a run back, or ends it early. */
export const gateSabotages = [
  {
    title: 'make the others before the canary has ended',
    file: 'src/workflows/open-gates.ts',
    from: `mayStart: (page) => canary.size === 0 || page.canary === true,`,
    to: `mayStart: () => true,`,
    tests: ['test/workflows/gates.test.ts'],
    only: 'is made alone',
  },
  {
    title: 'let a canary pass whose charges are unknown',
    file: 'src/workflows/judge-canary.ts',
    from: `parseAmount(settled) + parseAmount(unknown.atMost) > parseAmount(maxCost)`,
    to: `parseAmount(settled) > parseAmount(maxCost)`,
    tests: ['test/workflows/judge-canary.test.ts'],
  },
  {
    title: 'count twice for fail-fast what a page tells twice',
    file: 'src/workflows/fail-fast.ts',
    from: `const known = told.get(page) ?? nothing;`,
    to: `const known = nothing;`,
    tests: ['test/workflows/fail-fast.test.ts'],
  },
] as const;
