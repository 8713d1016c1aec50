import assert from 'node:assert/strict';
import { it } from 'node:test';
import { condition } from '../../../controller/api/extraction/status.ts';
import { withCondition } from '../../../controller/reconcile/conditions.ts';
import { NOW_MS } from '../../fixtures/controller/observed.ts';

it('a message of any length is one that the API server takes', () => {
  const message = 'excludeGpus: gone-1 is no node with GPUs. '.repeat(1000);
  const says = { type: 'Planned', status: 'False', reason: 'DoesNotFit' } as const;
  const [long] = withCondition([], { ...says, message }, 1, NOW_MS);
  assert.deepEqual(condition.parse(long), long);
  assert.ok(message.startsWith(long!.message.slice(0, -1)) && long!.message.endsWith('…'));
  const [short] = withCondition([], { ...says, message: 'a few words' }, 1, NOW_MS);
  assert.equal(short!.message, 'a few words');
});
