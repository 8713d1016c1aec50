import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openBatch } from '../../../models/convert/open-batch.ts';
import { readStoredZipEntry } from '../../../models/convert/read-stored-zip-entry.ts';
import { convertTflite } from '../../../models/convert/tflite/convert-tflite.ts';
import { readTflite } from '../../../models/convert/tflite/read-tflite.ts';
import { storedZip } from '../../fixtures/stored-zip.ts';
import { tinyTflite } from '../../fixtures/tiny-tflite.ts';

const tflite = tinyTflite(
  [
    { shape: [1, 4, 4, 2] },
    { shape: [3, 1, 1, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { shape: [3], data: Float32Array.of(1, 2, 3) },
    { shape: [1, 4, 4, 3] },
  ],
  [
    {
      code: 3,
      inputs: [0, 1, 2],
      outputs: [3],
      options: [
        [0, 'int8', 0],
        [1, 'int32', 1],
        [2, 'int32', 1],
      ],
    },
  ],
);
const zip = storedZip({ 'first.txt': Buffer.from('first'), 'net.tflite': Buffer.from(tflite) });

/** The bytes with some of them changed, and cut. */
function damaged(whole: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
  return fc
    .record({
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
      length: fc.oneof(fc.constant(whole.length), fc.nat(whole.length)),
    })
    .map(({ changes, length }) => {
      const bytes = whole.slice();
      for (const { at, value } of changes) bytes[at] = value;
      return bytes.subarray(0, length);
    });
}

/** Runs a reader that may refuse, but only with an Error, and soon. */
function refusesAtMost(read: () => unknown): void {
  const startMs = performance.now();
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.ok(
      !/Maximum call stack|Invalid array length|Array buffer allocation/.test(error.message),
      error.message,
    );
  }
  assert.ok(performance.now() - startMs < 1000);
}

test('the undamaged files are read', () => {
  assert.equal(readTflite(tflite).operators.length, 1);
  assert.deepEqual(Buffer.from(readStoredZipEntry(zip, 'net.tflite')), Buffer.from(tflite));
});

test('a damaged TensorFlow Lite file is refused or read, never more', () => {
  fc.assert(
    fc.property(damaged(tflite), (bytes) => refusesAtMost(() => readTflite(bytes))),
    { numRuns: 3000 },
  );
});

test('a damaged zip file is refused or read, never more', () => {
  fc.assert(
    fc.property(damaged(zip), (bytes) => refusesAtMost(() => readStoredZipEntry(bytes, 'net.tflite'))),
    { numRuns: 3000 },
  );
});

test('a damaged ONNX file is refused or opened, never more', () => {
  const onnx = convertTflite(tflite, 'tiny');
  fc.assert(
    fc.property(damaged(onnx), (bytes) => refusesAtMost(() => openBatch(bytes))),
    { numRuns: 1000 },
  );
});

test('conversion gives the same bytes each time', () => {
  assert.deepEqual(convertTflite(tflite, 'tiny'), convertTflite(tflite.slice(), 'tiny'));
});
