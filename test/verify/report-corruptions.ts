import { corruption, type Corruption } from './corruptions.ts';
import { replace, vouch } from './spoiling.ts';

// What the records come to is another thing, though the marker names the report as it is.
const figures: readonly Corruption[] = (
  [
    ['what was kept', /("kept": {\s+"attempts": )\d+/, '$199'],
    ['what was wasted', /("wasted": {\s+"attempts": \d+,\s+"pollen": )"[\d.]+"/, '$1"0.5"'],
    ['how often it was told to slow down', /("throttled": {\s+"attempts": )\d+/, '$17'],
    ['how many items failed', /("code": "[a-z-]+",\s+"items": )\d+/, '$19'],
    ['how long answers took', /("p95Ms": )\d+/, '$1123456'],
  ] as const
).map(([what, from, to]) =>
  corruption(
    `the report tells otherwise ${what}, and the marker vouches for it`,
    (run) => {
      replace(run, 'report.json', from, to);
      vouch(run, 'report.json');
    },
    ['report-differs', 'report.json'],
  ),
);

/** What may be wrong with the figures of a report, and with the page that people read. */
export const reportCorruptions: readonly Corruption[] = [
  ...figures,
  corruption('the report for people tells less', (run) => replace(run, 'report.md', 'Pollen', 'Euro'), [
    'file-changed',
    'report.md',
  ]),
  corruption('the report for people is gone', (run) => run.set('report.md', undefined), [
    'object-missing',
    'report.md',
  ]),
];
