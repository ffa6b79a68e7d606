import { describe, expect, it } from 'vitest';

import { code, figures, inertMarkdown, plainName } from '../../src/workflows/markdown.ts';

describe('text that is not ours, in Markdown', () => {
  it.each([
    ['**bold** and _more_', '\\*\\*bold\\*\\* and \\_more\\_'],
    ['<b>bold</b>', '\\<b\\>bold\\</b\\>'],
    ['[here](javascript:1)', '\\[here\\]\\(javascript\\:1\\)'],
    ['![pixel](https://evil.example/p)', '\\!\\[pixel\\]\\(https\\://evil\\.example/p\\)'],
    ['a | b\n\n# head\n- list', 'a \\| b \\# head \\- list'],
    ['`code` &lt; \\*', '\\`code\\` \\&lt; \\\\\\*'],
    ['\u202egnp.exe\u0007', 'gnp\\.exe'],
  ])('shows as just that text: %j', (text, markdown) => {
    expect(inertMarkdown(text)).toBe(markdown);
  });

  it('is cut to its limit', () => {
    expect(inertMarkdown('x'.repeat(300), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('leaves a code span only at its end', () => {
    expect(code('a`b')).toBe("`a'b`");
  });

  it('keeps names to letters that mean nothing anywhere', () => {
    expect(plainName('openai/gpt-5.2')).toBe('openai/gpt-5.2');
    expect(plainName('<b>*`|')).toBe('·b····');
  });

  it('has figures in columns that stand apart', () => {
    expect(figures(['model', 'items'], [['flux', '3']])).toBe(
      '| model | \u2003items |\n|:--|--:|\n| flux | \u20033 |',
    );
  });
});
