/**
 * What changes how a text looks without being seen: controls, the separators of lines and paragraphs, marks of direction (which make `exe.jpg` of
 * `gpj.exe`), invisible characters, and halves of surrogate pairs.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text from elsewhere (a file name, what a file says) with everything unseen written out: `a\u202eb`. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (unseen) =>
    unseen === '\n' ? '\\n' : `\\u${unseen.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** The beginning and the end of a text that is longer than `maxChars`, with an ellipsis between them. */
export function shortened(text: string, maxChars: number): string {
  const chars = [...text];
  if (chars.length <= maxChars) return text;
  const head = Math.floor((maxChars - 1) / 3);
  return `${chars.slice(0, head).join('')}…${chars.slice(head + 1 - maxChars).join('')}`;
}
