import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type Control, ControlSchema } from '../../../proto/gen/facefleet/v1/control_pb.ts';
import { ConductorOrders, PAUSED, SUPERSEDED } from '../../../worker/decode/conductor-orders.ts';

function word(order: 'run' | 'pause' | 'finish', generation = 'a', extraction = 'x'): Control {
  return create(ControlSchema, { extraction, generation, order: { case: order, value: {} } });
}

describe('orders of a conductor', () => {
  it('a segment is left when two words in a row name other messages', () => {
    const orders = new ConductorOrders('x', () => {});
    const left = orders.begin('b');
    for (const generation of ['a', 'b', 'a']) orders.hear(word('run', generation));
    orders.hear(word('run', 'c', 'y'));
    orders.hear(word('run', ''));
    assert.equal(left.aborted, false);
    orders.hear(word('run', 'c'));
    assert.equal(left.reason, SUPERSEDED);
    orders.end();
    assert.equal(orders.begin('c').aborted, false);
  });

  it('a segment is handed back in a pause, and none is begun until it is over', async () => {
    const orders = new ConductorOrders('x', () => {});
    const left = orders.begin('a');
    orders.hear(word('pause'));
    assert.equal(left.reason, PAUSED);
    orders.end();
    assert.equal(orders.begin('a').reason, PAUSED);
    orders.end();
    let goesOn = false;
    const running = orders.whenRunning(new AbortController().signal).then(() => {
      goesOn = true;
    });
    orders.hear(word('pause'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(goesOn, false);
    orders.hear(word('run', 'b'));
    await running;
    const stop = new AbortController();
    orders.hear(word('pause'));
    const waiting = orders.whenRunning(stop.signal);
    stop.abort();
    await waiting;
  });

  it('the end of the job is told', () => {
    let ends = 0;
    const orders = new ConductorOrders('x', () => {
      ends += 1;
    });
    orders.hear(word('finish', 'a', 'y'));
    orders.hear(word('run'));
    assert.equal(ends, 0);
    orders.hear(word('finish'));
    assert.equal(ends, 1);
  });
});
