import { visibleText } from './visible-text.ts';

/** A piece of HTML that is safe as it stands. */
export class Html {
  readonly text: string;

  /** @param text is taken as it is: use `html` for anything that comes from elsewhere */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in `html` between its own text. */
export type HtmlValue = Html | string | number | readonly HtmlValue[];

/**
 * HTML from a template literal: strings between its own text are escaped, so that they are safe as content and within quoted attributes, and what is unseen in
 * them is written out (see `visibleText`); pieces of HTML stay as they are, of lists one after another.
 */
export function html(own: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(own.map((text, i) => text + (i < values.length ? written(values[i]!) : '')).join(''));
}

function written(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? escaped(value) : value.map(written).join('');
}

function escaped(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A value as JSON for the inside of a script element: no `<`, so that nothing in it can end the element or begin a comment. */
export function jsonIsland(value: unknown): Html {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Html(json);
}
