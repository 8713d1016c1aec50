const TELL_EVERY_MS = 1000;

/** A line on a terminal that says how far something is, in place of what it said before. */
export interface ProgressLine {
  /** @param text is only called when it is time to say something */
  update(text: () => string): void;
  /** Removes the line. */
  close(): void;
}

/** Writes to the standard error; nothing when that is no terminal. */
export function progressLine(): ProgressLine {
  if (!process.stderr.isTTY) return { update() {}, close() {} };
  let lastMs = performance.now();
  let shown = false;
  return {
    update(text) {
      const nowMs = performance.now();
      if (nowMs - lastMs < TELL_EVERY_MS) return;
      lastMs = nowMs;
      shown = true;
      process.stderr.write(`\r\x1b[K${text()}`);
    },
    close() {
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
}
