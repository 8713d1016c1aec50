import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { html, jsonIsland } from '../../../controller/report/page/html.ts';
import { shortened, visibleText } from '../../../controller/report/page/visible-text.ts';

/** Texts of all of Unicode, halves of surrogate pairs included, rich in what matters to HTML and to readers. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<script>', '</script>', '<!--', ']]>', '"', "'", '`', '&lt;', '\n', '\r', '\0'),
      fc.constantFrom('\u202e', '\u2066', '\u200f', '\u2028', '\u2029', '\ufeff', '\ud800', '\udc00'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

describe('texts from elsewhere', () => {
  it('cannot leave the content or the quoted attribute that they stand in, and are read back as they were', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: content } = html`${text}`;
        assert.doesNotMatch(content, /[<>"']/);
        assert.doesNotMatch(content, /&(?!(amp|lt|gt|quot|#39);)/);
        const read = content.replace(/&[^;]+;/g, (entity) => ENTITIES[entity]!);
        assert.equal(read, visibleText(text));
      }),
      { numRuns: 500 },
    );
  });

  it('hold nothing unseen', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visibleText(text);
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        assert.ok(shown.isWellFormed());
      }),
      { numRuns: 500 },
    );
    assert.equal(visibleText('a\u202egpj.exe\n\0\ud83d'), 'a\\u202egpj.exe\\n\\u0000\\ud83d');
    assert.equal(visibleText('Größe 日本 🙂.jpg'), 'Größe 日本 🙂.jpg');
  });

  it('cannot end a script element that holds them as JSON, and are read back as they were', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anyText, (value, text) => {
        const { text: json } = jsonIsland({ value, text, [text]: text });
        assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ value, text, [text]: text })));
      }),
      { numRuns: 500 },
    );
  });

  it('are shortened in their middle, by characters', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 50 }), (text, maxChars) => {
        const short = shortened(text, maxChars);
        assert.ok([...short].length <= maxChars);
        if ([...text].length <= maxChars) assert.equal(short, text);
      }),
    );
    assert.equal(shortened('0123456789', 7), '01…6789');
  });

  it('stay apart from what is HTML already', () => {
    const inner = html`<b>${'<i>'}</b>`;
    assert.equal(
      html`<p title="${'"'}">${[inner, ' & ', 3]}</p>`.text,
      '<p title="&quot;"><b>&lt;i&gt;</b> &amp; 3</p>',
    );
  });
});
