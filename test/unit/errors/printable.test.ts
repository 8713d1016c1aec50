import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { printable } from '../../../worker/errors/printable.ts';

it('what terminals obey is shown instead of obeyed', () => {
  assert.equal(printable('\x1b[2Ja\nb\tc\r\x9b'), '\\x1b[2Ja\\nb\\x09c\\x0d\\x9b');
  assert.equal(printable('Zoë 日本 😀.jpg'), 'Zoë 日本 😀.jpg');
});

it('errors are printable, line by line', () => {
  const error = new FacefleetError('FF1201', 'a\x1b[31mb\nc');
  assert.ok(error.message.endsWith('a\\x1b[31mb\nc'), error.message);
  assert.equal(error.detail, 'a\x1b[31mb\nc');
});
