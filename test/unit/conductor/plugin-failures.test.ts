import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAILURE_LIMITS, PluginFailures } from '../../../worker/conductor/plugin-failures.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';

const failed = new FacefleetError('FF3003', 'yunet on a.jpg');
const unreadable = new FacefleetError('FF1001', 'a.jpg');

/** How many frames are taken before the job is given up; null when it never is. */
function givenUpAfter(
  limits: Partial<typeof FAILURE_LIMITS>,
  errorOf: (frame: number) => FacefleetError | null,
): number | null {
  const failures = new PluginFailures({ ...FAILURE_LIMITS, ...limits });
  for (let frame = 0; frame < 5000; frame++) {
    try {
      failures.note(errorOf(frame));
    } catch (error) {
      assert.ok(error instanceof FacefleetError && error.code === 'FF3006');
      assert.match(error.message, /yunet on a\.jpg/);
      return frame + 1;
    }
  }
  return null;
}

describe('PluginFailures', () => {
  it('gives up after 50 in a row', () => {
    assert.equal(
      givenUpAfter({}, () => failed),
      50,
    );
    assert.equal(
      givenUpAfter({}, (frame) => (frame < 10 ? null : failed)),
      60,
    );
    assert.equal(
      givenUpAfter({ share: 1 }, (frame) => (frame % 50 === 49 ? null : failed)),
      null,
    );
  });

  it('gives up when most frames fail, but never 50 in a row, once 200 were tried', () => {
    assert.equal(
      givenUpAfter({}, (frame) => (frame % 10 === 0 ? null : failed)),
      200,
    );
    assert.equal(
      givenUpAfter({}, (frame) => (frame % 2 === 0 ? null : failed)),
      null,
      'half is not most',
    );
    assert.equal(
      givenUpAfter({ share: 0.1 }, (frame) => (frame % 5 === 0 ? failed : null)),
      201,
    );
    assert.equal(
      givenUpAfter({ share: 0, shareAfter: 1 }, (frame) => (frame === 7 ? failed : null)),
      8,
    );
  });

  it('does not count frames that no plugin saw', () => {
    assert.equal(
      givenUpAfter({}, () => unreadable),
      null,
    );
    assert.equal(
      givenUpAfter({}, (frame) => (frame % 2 === 0 ? unreadable : failed)),
      100,
    );
  });

  it('can be told never to give up', () => {
    assert.equal(
      givenUpAfter({ inARow: 0, share: 1 }, () => failed),
      null,
    );
  });
});
