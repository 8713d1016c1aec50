const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const TO_END_OF_LINE = '\x1b[K';
const TO_END_OF_SCREEN = '\x1b[J';

/** Draws lines over those it drew before. They must not be wider than the terminal. */
export interface Painter {
  paint(lines: readonly string[]): void;
  /** Leaves what was drawn last, with the cursor below it. */
  close(): void;
}

export function painter(stream: NodeJS.WriteStream): Painter {
  let drawn = 0;
  let shown = '';
  const showCursor = (): void => {
    stream.write(SHOW_CURSOR);
  };
  process.once('exit', showCursor);
  stream.write(HIDE_CURSOR);
  return {
    paint(lines) {
      const text = lines.map((line) => `${line}${TO_END_OF_LINE}\n`).join('');
      if (text === shown) return;
      shown = text;
      const up = drawn === 0 ? '' : `\x1b[${drawn}A`;
      stream.write(`${up}\r${text}${TO_END_OF_SCREEN}`);
      drawn = lines.length;
    },
    close() {
      process.off('exit', showCursor);
      showCursor();
    },
  };
}
