// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/g;

/** A text from elsewhere (a file name, what a file says) on one line, without what a terminal would obey: `a\x1b[2Jb`. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (control) =>
    control === '\n' ? '\\n' : `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
