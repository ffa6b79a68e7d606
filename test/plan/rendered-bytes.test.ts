import { describe, expect, it } from 'vitest';

import { renderedBytes } from '../../src/plan/rendered-bytes.ts';

const named = {
  scope: { row: { name: 'lamp', 'a b': 'x' }, brand: 'Acme' },
  step: (id: string) => (id === 'long' ? 1_000 : undefined),
  each: 50,
};
const whole = JSON.stringify(named.scope).length;

describe('what a template adds to a text', () => {
  it.each([
    ['Nothing', 0],
    ['{{ row.name }}', 6],
    ['{{ brand }} and {{brand}}', 12],
    ['{{ steps.long.text }}', 1_000],
    ['{{- steps.long.json.topics[0].name -}}', 1_000],
    ['{{ each.name }} {{ index }}', 250],
    ['{{ row["a b"] }}', whole],
    ['{{ steps.long.text | upcase | append: row.name }}', 1_006],
    ['{{ steps.long.json.tags | join: ", " }}', 3_000],
    ['{{ steps.long.json.tags | join }}', 2_000],
    ["{{ steps.long.json.tags | append: 'ab' | join: ' and so on ' | upcase }}", 12_000],
    ['{{ "steps.other.text" }}', 0],
    ['{% if row.name %}{{ brand }}{% else %}{{ brand }}{% endif %}', 12],
  ])('%s', (text, bytes) => {
    expect(renderedBytes(text, named)).toBe(bytes);
  });

  it.each([
    '{{ steps.other.text }}',
    '{{ steps["long"].text }}',
    '{{ row.name | replace: "a", steps.long.text }}',
    '{{ steps.long.json.tags | join: brand }}',
    '{% for n in (1..9) %}{{ brand }}{% endfor %}',
    '{% assign all = steps.long.text %}{{ all }}{{ all }}',
  ])('has no known bound: %s', (text) => {
    expect(renderedBytes(text, named)).toBeUndefined();
  });
});
