import { cutText } from './display-width.ts';

/**
 * The last lines of a terminal that change while something is under way; what is printed goes above them and stays.
 * Where there is no terminal nothing is drawn and printing is plain.
 */
export interface LiveArea {
  print(lines: readonly string[]): void;
  /** Replaces the changing lines; only those that fit on the screen are drawn, the last ones win. */
  draw(lines: readonly string[]): void;
  clear(): void;
}

export function createLiveArea(out: NodeJS.WriteStream, isLive: boolean): LiveArea {
  let drawn: readonly string[] = [];
  const erase = (): string => (drawn.length === 0 ? '' : `\r${drawn.length > 1 ? `\u001B[${drawn.length - 1}A` : ''}\u001B[J`);
  const show = (lines: readonly string[]): string => lines.join('\n');
  return {
    print(lines) {
      if (lines.length === 0) return;
      out.write(`${erase()}${lines.join('\n')}\n${show(drawn)}`);
    },
    draw(lines) {
      if (!isLive) return;
      const fitting = lines.slice(-Math.max(1, (out.rows || 24) - 2)).map((line) => cutText(line, (out.columns || 80) - 1));
      if (fitting.length === drawn.length && fitting.every((line, index) => line === drawn[index])) return;
      const before = erase();
      drawn = fitting;
      out.write(before + show(fitting));
    },
    clear() {
      const before = erase();
      drawn = [];
      if (before !== '') out.write(before);
    },
  };
}
