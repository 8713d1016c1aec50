import assert from 'node:assert/strict';
import { it } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { ReportBook } from '../../../controller/bus/report-book.ts';
import { ControlSchema } from '../../../proto/gen/facefleet/v1/control_pb.ts';

function said(extraction: string, pass: number): Uint8Array {
  return toBinary(
    ControlSchema,
    create(ControlSchema, { extraction, pass, order: { case: 'run', value: {} } }),
  );
}

it('the newest word of each job counts; the uid of the Extraction has no revision', () => {
  const book = new ReportBook();
  assert.deepEqual(book.hear(said('0a-1b', 0), 1000), { uid: '0a-1b', news: true });
  assert.deepEqual(book.hear(said('0a-1b', 0), 2000), { uid: '0a-1b', news: false });
  assert.deepEqual(book.hear(said('0a-1b', 1), 3000), { uid: '0a-1b', news: true });
  assert.deepEqual(book.hear(said('0a-1b-r12', 0), 3000), { uid: '0a-1b', news: true });
  assert.deepEqual(book.hear(said('0a-1b', 1), 20_000), { uid: '0a-1b', news: true }, 'it was silent');
  assert.equal(book.of('0a-1b')?.pass, 1);
  assert.equal(book.of('0a-1b')?.heardAtMs, 20_000);
  assert.equal(book.of('0a-1b-r12')?.pass, 0);
  assert.equal(book.of('other'), null);
  assert.equal(book.alive(20_000), 1);
});

it('what is no message is passed over', () => {
  const book = new ReportBook();
  assert.equal(book.hear(new Uint8Array([255, 255]), 0), null);
  assert.equal(book.hear(new Uint8Array(), 0), null);
  assert.equal(book.size, 0);
});

it('those that are silent for long are forgotten', () => {
  const book = new ReportBook();
  for (let i = 0; i < 100; i++) book.hear(said(`u${i}`, 0), 100_000);
  book.hear(said('late', 0), 900_000);
  assert.equal(book.size, 1);
});
