import assert from 'node:assert/strict';
import { it } from 'node:test';
import { verificationText } from '../../../controller/cli/verify-text.ts';
import type { Verification } from '../../../worker/conductor/verify/verify-output.ts';

it('names in findings give a terminal no orders', () => {
  const finding = {
    code: 'RecordDamaged',
    severity: 'error',
    key: 'faces/a\x1b[2Jb.png',
    line: 3,
    frame: 'new\nline.jpg',
    detail: 'it says \x9b1A',
    todo: 'look',
  } as const;
  const verification: Verification = {
    state: 'complete',
    holder: null,
    counts: { frames: 1, faces: 0, failed: 0 },
    crops: 0,
    superseded: 0,
    deep: false,
    errors: 1,
    warnings: 0,
    found: { RecordDamaged: 1 },
    findings: [finding],
  };
  const text = verificationText('out', verification);
  assert.ok(text.includes('  faces/a\\x1b[2Jb.png line 3 (new\\nline.jpg): it says \\x9b1A\n'), text);
});
