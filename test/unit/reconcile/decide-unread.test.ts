import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { ExtractionResource } from '../../../controller/api/extraction-resource.ts';
import { decideUnread } from '../../../controller/reconcile/decide-unread.ts';
import { UnreadExtractions } from '../../../controller/runtime/unread-extractions.ts';
import { NOW_MS } from '../../fixtures/controller/observed.ts';
import { extractionOf } from '../../fixtures/extraction-resource.ts';

/** Of a version that has a mode which this one does not know. */
function later(metadata: Partial<ExtractionResource['metadata']> = {}): ExtractionResource {
  const known = extractionOf({ name: 'film' });
  return {
    ...known,
    metadata: { ...known.metadata, ...metadata },
    spec: { ...known.spec, transport: 'Carrier' as never },
    status: { phase: 'Running', pass: 1 },
  };
}

test('what cannot be read is kept apart until it can, and told once for each version', () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const unread = new UnreadExtractions(log);
  const told: string[] = [];
  unread.changes.add((key) => told.push(key));
  assert.equal(unread.read(later()), null);
  assert.equal(unread.read(later({ resourceVersion: '2' })), null);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /media\/film.*transport/);
  assert.deepEqual(told, ['media/film', 'media/film']);
  assert.equal(unread.get('media/film')?.object.metadata.resourceVersion, '2');
  assert.deepEqual([...unread.keys], ['media/film']);
  assert.ok(unread.read(extractionOf({ name: 'film' })) !== null);
  assert.equal(unread.get('media/film'), null);
});

test('it is said once, and all else is left alone', () => {
  const first = decideUnread({ object: later(), why: 'spec.transport: is new' }, NOW_MS);
  assert.deepEqual([first.actions, first.requeueAfterMs], [[], null]);
  assert.deepEqual(
    first.events.map(({ reason }) => reason),
    ['NotReadable'],
  );
  const { conditions, ...rest } = first.status;
  assert.deepEqual(rest, { phase: 'Running', pass: 1 });
  assert.deepEqual(
    conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      [
        'Planned',
        'Unknown',
        'NotReadable',
        'This controller cannot read it and leaves it alone: spec.transport: is new',
      ],
    ],
  );
  const written = { ...later(), status: first.status };
  const second = decideUnread({ object: written, why: 'spec.transport: is new' }, NOW_MS + 60_000);
  assert.deepEqual([second.status, second.events], [first.status, []]);
});

test('its deletion is not held up', () => {
  const going = later({
    deletionTimestamp: '2026-03-01T12:00:00Z',
    finalizers: ['facefleet.dev/cleanup', 'others.example/hold'],
  });
  const decision = decideUnread({ object: going, why: 'x' }, NOW_MS);
  assert.deepEqual(decision.actions, [{ do: 'removeFinalizer' }]);
  assert.deepEqual(
    decision.events.map(({ reason }) => reason),
    ['NotReadable', 'LeftBehind'],
  );
  const others = later({ deletionTimestamp: '2026-03-01T12:00:00Z', finalizers: ['others.example/hold'] });
  assert.deepEqual(decideUnread({ object: others, why: 'x' }, NOW_MS).actions, []);
});
