import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cutText, displayWidth, wrapLine } from './display-width.ts';
import { drawTable } from './draw-table.ts';
import { formatCost, formatCount, formatDuration, formatUsage } from './figures.ts';
import { renderDiff } from './render-diff.ts';
import { renderMarkdown, settledLength } from './render-markdown.ts';
import { createStyle } from './style.ts';

const plain = createStyle(false);
const colored = createStyle(true);
const pieces = constantFrom('word', ' ', 'ä', '漢字', '🦊', 'a-very-long-word-without-any-space', '\u001B[31mred\u001B[39m', '  ');

describe('displayWidth, cutText and wrapLine', () => {
  it('counts wide characters twice, and colours and marks not at all', () => {
    expect([displayWidth('abc'), displayWidth('漢字'), displayWidth('🦊'), displayWidth('e\u0301'), displayWidth('\u001B[1mx\u001B[22m')]).toEqual([3, 4, 2, 1, 1]);
  });

  it('never makes a line that is wider than asked, and loses no word', () => {
    assert(property(array(pieces, { maxLength: 30 }), (parts) => {
      const line = parts.join('');
      expect(displayWidth(cutText(line, 20))).toBeLessThanOrEqual(20);
      const wrapped = wrapLine(line, 20);
      for (const piece of wrapped) expect(displayWidth(piece.trimEnd())).toBeLessThanOrEqual(20);
      expect(wrapped.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
    }));
  });
});

describe('cleanText', () => {
  it('lets no escape or control character through, whatever comes', () => {
    assert(property(array(constantFrom('\u001B]0;title\u0007', '\u001B[2J', '\r', '\u0000', '\u009B31m', 'x', '\n', '\u202E', '\t')), string(), (parts, rest) => {
      expect(cleanText(parts.join('') + rest)).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
    }));
  });

  it('keeps what a progress line shows at its end', () => {
    expect(cleanText('10 %\r50 %\r100 %\nnext\r\n')).toBe('100 %\nnext\n');
  });
});

describe('renderMarkdown', () => {
  it('draws blocks for a terminal', () => {
    const markdown = '# Title\n\nSome **bold** and `code`, [a link](https://x.y).\n\n1. one\n2. two\n   - inner\n\n```js\nconst a = 1;\n```\n\n> said\n\n| a | b |\n|---|--:|\n| 1 | 22 |\n';
    expect(renderMarkdown(markdown, plain, 80)).toEqual([
      'Title', '', 'Some bold and code, a link (https://x.y).', '', '1. one', '2. two', '   • inner', '', '  const a = 1;', '', '│ said', '│ ', '', 'a   b', '─  ──', '1  22',
    ]);
  });

  it('draws any unfinished text without failing', () => {
    const whole = '## Head\n\n- a\n- **b\n\n```sh\nnpm test\n```\n\n| a |\n|---|\n| b |\n\ntext `code';
    for (let length = 0; length <= whole.length; length += 1) expect(renderMarkdown(whole.slice(0, length), colored, 40)).toBeInstanceOf(Array);
  });

  it('keeps the last block open while an answer streams', () => {
    expect('first\n\nsecond'.slice(0, settledLength('first\n\nsecond'))).toBe('first\n\n');
    expect(settledLength('only one')).toBe(0);
  });
});

describe('renderDiff', () => {
  it('colours added and removed lines and folds long ones', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n';
    expect(renderDiff(diff, colored)).toEqual(['\u001B[1m--- a/x\u001B[22m', '\u001B[1m+++ b/x\u001B[22m', '\u001B[36m@@ -1,2 +1,2 @@\u001B[39m', '\u001B[31m-old\u001B[39m', '\u001B[32m+new\u001B[39m', '\u001B[2m same\u001B[22m']);
    expect(renderDiff(diff, plain, 2)).toEqual(['--- a/x', '+++ b/x', '… 4 more lines']);
  });
});

describe('figures and tables', () => {
  it('says figures shortly', () => {
    expect([formatDuration(940), formatDuration(1234), formatDuration(125_000)]).toEqual(['940 ms', '1.2 s', '2 min 5 s']);
    expect([formatCount(999), formatCount(12_345), formatCount(1_200_000)]).toEqual(['999', '12.3k', '1.2M']);
    expect([formatCost(undefined), formatCost(0.0123), formatCost(2)]).toEqual(['', '$0.0123', '$2.00']);
    expect(formatUsage({ input: 2000, cachedInput: 1000, output: 5, reasoning: 0 })).toBe('2k tokens in (1k cached), 5 out');
  });

  it('aligns columns and cuts the last one', () => {
    expect(drawTable([['a', 'x'], ['long', 'a text that is too long']], 20)).toEqual(['a     x', 'long  a text that i…']);
  });
});
