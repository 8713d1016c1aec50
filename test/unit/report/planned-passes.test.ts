import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordedPlan } from '../../../controller/report/planned-passes.ts';

const pluginOf = (role: string): string | null => (role === 'detect' ? 'ultraface' : null);

describe('a recorded plan', () => {
  it('is read as an extraction in one process writes it', () => {
    const plan = recordedPlan(
      {
        passes: [
          { stages: [{ roles: [{ role: 'detect', plugin: 'yunet', batch: 4 }], replicas: 1, threads: 2 }] },
        ],
        providers: ['cpu'],
        reasons: [{ code: 'CoLocated', message: 'all in one' }],
      },
      pluginOf,
    );
    assert.deepEqual(plan, {
      passes: [
        {
          stages: [
            {
              roles: [{ role: 'detect', plugin: 'yunet', batch: 4 }],
              workers: 1,
              threads: 2,
              providers: ['cpu'],
            },
          ],
        },
      ],
      reasons: [{ code: 'CoLocated', message: 'all in one' }],
    });
  });

  it('is read as a cluster run writes it, with plugins from the options', () => {
    const worker = {
      providers: ['cuda', 'cpu'],
      deviceId: 0,
      threads: 1,
      batches: { detect: 8, align: 2 },
      framesInWork: 9,
    };
    const plan = recordedPlan(
      { extraction: 'x', passes: [{ stages: [{ roles: ['detect', 'align'], workers: [worker, worker] }] }] },
      pluginOf,
    );
    assert.deepEqual(plan?.passes[0]?.stages, [
      {
        roles: [
          { role: 'detect', plugin: 'ultraface', batch: 8 },
          { role: 'align', plugin: null, batch: 2 },
        ],
        workers: 2,
        threads: 1,
        providers: ['cuda', 'cpu'],
      },
    ]);
  });

  it('is nothing where it is not understood', () => {
    for (const other of [null, 'fake', {}, { passes: 'many' }, { passes: [{ stages: [{}] }] }])
      assert.equal(recordedPlan(other, pluginOf), null);
  });
});
