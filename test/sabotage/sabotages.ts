/** A line that breaks a rule of money, and the tests that must notice. */
export interface Sabotage {
  /** The rule as it would be broken. */
  readonly title: string;
  readonly file: string;
  /** Stands in the file just once. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
  /** Only the tests whose names fit. @default all of the files */
  readonly only?: string;
}

/** The sabotages that the suite must catch. */
export const sabotages: readonly Sabotage[] = [
  {
    title: 'bill what missed the cache, and no answer that says that it was generated',
    file: 'src/pollen/settle.ts',
    from: `if (cache.type === 'GENERATED') return exact(price);`,
    to: `if (cache.type === 'GENERATED') return FREE;`,
    tests: ['test/pollen/settle.test.ts'],
  },
  {
    title: 'take a hit for free although an own attempt was lost before',
    file: 'src/pollen/settle.ts',
    from: `return sharedDigest ? unknown(price) : exact(price);`,
    to: `return FREE;`,
    tests: ['test/pollen/settle.test.ts'],
  },
  {
    title: 'take a lost answer for free',
    file: 'src/pollen/settle.ts',
    from: `return unknown(maximum);`,
    to: `return FREE;`,
    tests: ['test/pollen/settle.test.ts'],
  },
  {
    title: 'count what is unknown as nothing',
    file: 'src/pollen/bill.ts',
    from: `unknown: { count: count + 1, atMost: bound } };`,
    to: `unknown: { count, atMost: bound } };`,
    tests: ['test/pollen/bill.test.ts'],
  },
  {
    title: 'add amounts as floats',
    file: 'src/records/tally.ts',
    from: `return formatAmount(parseAmount(left) + parseAmount(right));`,
    to: `return String(Number(left) + Number(right));`,
    tests: ['test/records/tally.test.ts'],
  },
  {
    title: 'read amounts through floats',
    file: 'src/pollen/amount.ts',
    from: `return roundDecimal(parseDecimal(text), AMOUNT_PLACES);`,
    to: `return BigInt(Math.trunc(Number(text) * 1e8));`,
    tests: ['test/pollen/amount.test.ts'],
  },
  {
    title: 'round a charge twice',
    file: 'src/pollen/charge.ts',
    from: `return rounding === 'each' ? each : roundDecimal(sum, AMOUNT_PLACES);`,
    to: `return rounding === 'each' ? each : roundDecimal({ coefficient: roundDecimal(sum, 9), scale: 9 }, 8);`,
    tests: ['test/pollen/charge.test.ts'],
  },
  {
    title: 'round the sum alone in the eras that rounded every term',
    file: 'src/pollen/charge.ts',
    from: `if (rounding === 'each') each += roundDecimal(term, AMOUNT_PLACES);`,
    to: `if (rounding === 'each') each = roundDecimal((sum = addDecimals(sum, term)), AMOUNT_PLACES);`,
    tests: ['test/pollen/charge.test.ts'],
  },
  {
    title: 'draw a new seed for every attempt',
    file: 'src/activities/generate.ts',
    from: `            request: item.call.request,`,
    to: `            request: JSON.parse(JSON.stringify(item.call.request).replace(/(seed\\\\?"?[:=])\\d+/, \`$1\${attempt}\`)),`,
    tests: ['test/workflows/faults.test.ts'],
    only: 'that passes ends in success',
  },
  {
    title: 'put without If-None-Match',
    file: 'src/storage/s3.ts',
    from: `...(once ? { IfNoneMatch: '*' } : {}),`,
    to: ``,
    tests: ['test/storage/s3.test.ts'],
  },
  {
    title: 'make the report before the last records of a stopped run are there',
    file: 'src/activities/finish-run.ts',
    from: `const object = reason === 'finished' ? await dependencies.store.get(runKeys(run).part(page)) : undefined;`,
    to: `const object = reason === 'finished' || true ? await dependencies.store.get(runKeys(run).part(page)) : undefined;`,
    tests: ['test/activities/finish-run.test.ts'],
  },
  {
    title: 'close a run whose results tell fewer items than its plan',
    file: 'src/activities/finish-run.ts',
    from: `if (items.size !== plan.items)`,
    to: `if (items.size > plan.items)`,
    tests: ['test/activities/finish-run.test.ts'],
  },
  {
    title: 'write the marker before the report',
    file: 'src/activities/finish-run.ts',
    from: `for (const { key, body, contentType } of files) await store.put(key, body, { contentType });`,
    to: `setImmediate(() => void Promise.all(files.map(({ key, body, contentType }) => store.put(key, body, { contentType }))));`,
    tests: ['test/activities/finish-run.test.ts'],
  },
  {
    title: 'count a throttle as an attempt',
    file: 'src/activities/attempt-note.ts',
    from: `if (action === 'throttle' || action === 'pause') return withThrottle(history, attempt);`,
    to: `if (action === 'pause') return withThrottle(history, attempt);`,
    tests: ['test/activities/attempt-note.test.ts'],
  },
  {
    title: 'take a lost worker for one that has sent nothing',
    file: 'src/activities/attempt-history.ts',
    from: `for (let lost = known.seen + 1; lost < attempt; lost += 1) {`,
    to: `for (let lost = attempt; lost < attempt; lost += 1) {`,
    tests: ['test/activities/attempt-history.test.ts'],
  },
  {
    title: 'ignore the notice that an account has no credit, in a 200',
    file: 'src/pollinations/text-answer.ts',
    from: `return isNotice(headers)`,
    to: `return false && isNotice(headers)`,
    tests: ['test/pollinations/client-text.test.ts'],
  },
  {
    title: 'take an answer that has used nothing',
    file: 'src/pollinations/text-answer.ts',
    from: `if (!usedAnything(usage)) {`,
    to: `if (!usedAnything(usage) && choices === null) {`,
    tests: ['test/pollinations/client-text.test.ts'],
  },
  {
    title: 'take an image that is cut off',
    file: 'src/pollinations/image-answer.ts',
    from: `if (!format.isWhole(bytes)) {`,
    to: `if (!format.isWhole(bytes) && bytes.byteLength === 0) {`,
    tests: ['test/pollinations/client-image.test.ts'],
  },
  {
    title: 'take a picture of a rate limit for a result',
    file: 'src/pollinations/image-answer.ts',
    from: `if (isPlaceholder(bytes)) return`,
    to: `if (isPlaceholder(bytes) && bytes.byteLength === 0) return`,
    tests: ['test/pollinations/client-image.test.ts'],
  },
  {
    title: 'read an object whose bytes have changed',
    file: 'src/storage/s3.ts',
    from: `metadata['sha256'] !== sha256(body)) {`,
    to: `metadata['sha256'] === '') {`,
    tests: ['test/storage/s3.test.ts'],
  },
  {
    title: 'copy results that are not what the marker names',
    file: 'src/commands/read-results.ts',
    from: `if (digest !== undefined && sha256(body) !== digest) throw`,
    to: `if (digest === '' && sha256(body) !== digest) throw`,
    tests: ['test/commands/copy-results.test.ts'],
  },
  {
    title: 'call again although there is a record',
    file: 'src/activities/item-store.ts',
    from: `if (existing !== undefined) return settle(existing);`,
    to: `if (existing === null) return settle(existing);`,
    tests: ['test/activities/item-store.test.ts'],
  },
  {
    title: 'forget what the attempt that came second has cost',
    file: 'src/activities/item-store.ts',
    from: `const notes = [...others, { ...note, code: 'duplicate' }];`,
    to: `const notes = others;`,
    tests: ['test/activities/item-store.test.ts'],
  },
  {
    title: 'write into a run that has ended',
    file: 'src/activities/item-store.ts',
    from: `return options.isStale() && (await`,
    to: `return options.isStale() && false && (await`,
    tests: ['test/activities/item-store.test.ts'],
  },
  {
    title: 'bill what an earlier run has paid',
    file: 'src/activities/take-over.ts',
    from: `    cost: nothing,\n    reused`,
    to: `    cost: source.cost,\n    reused`,
    tests: ['test/activities/take-over.test.ts'],
  },
  {
    title: 'take twins for calls that nobody else makes',
    file: 'src/plan/twins.ts',
    from: `if (digests === undefined) return text;`,
    to: `if (digests === undefined || true) return text;`,
    tests: ['test/plan/twins.test.ts'],
  },
  {
    title: 'report what an attempt has cost, and leave it out of the bill',
    file: 'src/report/report.ts',
    from: `return line.attempts.map((`,
    to: `return line.attempts.slice(-1).map((`,
    tests: ['test/report/report.test.ts'],
  },
];
