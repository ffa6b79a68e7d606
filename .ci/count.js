// Counts for .ci/run what passed and failed, from what programs left behind and not from what they printed for people.
// Prints two numbers on stdout; what failed is named on stderr.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [mode, ...parameters] = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };

function expect(title, isRight) {
  counts[isRight ? 'passed' : 'failed'] += 1;
  console.error(`${isRight ? 'ok' : 'FAILED'}: ${title}`);
}

function lines(...path) {
  return readFileSync(join(...path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Decimal Pollen as whole units of 1e-8. */
function units(amount) {
  const [whole, fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(8, '0'));
}

function countTests(reportFile, status) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  // A file that fails as a whole, or a fault outside the tests, fails no single test.
  if (counts.failed === 0 && (status !== '0' || !report.success)) expect('the test runner ends well', false);
  if (counts.passed === 0) expect('tests were run', false);
}

function countStart(time, logFile, out, status) {
  const log = readFileSync(logFile, 'utf8');
  expect(`the ${time} npm start exits with 0`, status === '0');
  if (time === 'second') {
    expect(
      'the second npm start says that the run has ended already',
      log.includes('This run has ended already'),
    );
    return;
  }
  const [run] = readdirSync(out);
  const results = lines(out, run, 'results.jsonl');
  const report = JSON.parse(readFileSync(join(out, run, 'report.json'), 'utf8'));
  const bill = lines(out, run, 'bill.jsonl').filter(({ certainty }) => certainty !== 'unknown');
  const total = bill.reduce((sum, { amount }) => sum + units(amount), 0n);
  expect(
    'every item has one result',
    results.length === report.items && new Set(results.map(({ id }) => id)).size === results.length,
  );
  expect(
    'every item succeeded',
    results.every(({ status: state }) => state === 'succeeded'),
  );
  expect('the report says that the bill is exact', report.certainty === 'exact');
  expect('the bill adds up to the report', total === units(report.tally.settled));
  expect('every item has its file', readdirSync(join(out, run, 'items')).length === results.length);
}

try {
  if (mode === 'tests') countTests(...parameters);
  else countStart(...parameters);
} catch (error) {
  expect(`${mode} left what can be counted (${error.message})`, false);
}
console.log(`${counts.passed} ${counts.failed}`);
