import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isFinalAck, parseAckSubject } from '../../../worker/bus/ack-subject.ts';

it('reads both forms of ack subjects, and nothing else', () => {
  const cases: [string, ReturnType<typeof parseAckSubject>][] = [
    ['$JS.ACK.facefleet_x_w.worker.2.17.30.1795439415450598581.4', { attempt: 2, number: 17 }],
    ['$JS.ACK._.hash.facefleet_x_w.worker.1.9.9.1795439415450598581.0', { attempt: 1, number: 9 }],
    ['$JS.ACK.hub.hash.facefleet_x_w.worker.1.9.9.1795439415450598581.0.rnd', { attempt: 1, number: 9 }],
    ['$JS.ACK.a.b.c', null],
    ['$JS.ACK.s.c.x.y.1.1.1', null],
    ['_INBOX.abc', null],
    ['', null],
  ];
  for (const [subject, expected] of cases) assert.deepEqual(parseAckSubject(subject), expected, subject);
});

it('knows which payloads take a message out of its lane', () => {
  const cases: [string, boolean][] = [
    ['', true],
    ['+ACK', true],
    ['+TERM', true],
    ['+TERM reason', true],
    ['+NXT {}', true],
    ['-NAK', false],
    ['-NAK {"delay":1}', false],
    ['+WPI', false],
  ];
  for (const [payload, expected] of cases) assert.equal(isFinalAck(Buffer.from(payload)), expected, payload);
});
