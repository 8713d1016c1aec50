import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { extractCli, startCli } from '../../fixtures/cli.ts';
import { chance } from '../../fixtures/fake-extraction.ts';
import { alignments, differences, extraction, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';

/** Larger numbers make a soak test: `FACEFLEET_KILLS=20 FACEFLEET_FRAMES=200`. */
const KILLS = Number(process.env.FACEFLEET_KILLS ?? 3);
const FRAMES = Number(process.env.FACEFLEET_FRAMES ?? 40);
const SEED = process.env.FACEFLEET_SEED ?? 'kill';
/** Small crops, so that more of the time goes to the order of things. */
const FAST = ['--size', '128'];

describe('kill -9, then the same command again', () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  let expected: Record<string, string>;
  let durationMs = 0;

  before(async () => {
    await smallPhotos(input, FRAMES);
    const run = startCli(['extract', input, join(folder, 'undisturbed'), ...FAST]);
    const end = await run.ended;
    assert.equal(end.code, 0, end.stderr);
    durationMs = end.durationMs;
    expected = fingerprint(join(folder, 'undisturbed'));
    const frames = alignments(join(folder, 'undisturbed'));
    assert.equal(frames.length, FRAMES);
    assert.ok(frames.every(({ faces }) => faces.length > 0));
  });

  /** Kills a run into `output` after a while; says whether it still ran. */
  async function killed(output: string, afterMs: number): Promise<boolean> {
    const run = startCli(['extract', input, output, ...FAST]);
    await Promise.race([setTimeout(afterMs), run.ended]);
    run.child.kill('SIGKILL');
    return (await run.ended).signal === 'SIGKILL';
  }

  it(`gives the bytes of an undisturbed run, ${KILLS} times`, async (t) => {
    let hits = 0;
    let carried = 0;
    for (let k = 0; k < KILLS; k++) {
      const output = join(folder, `killed-${k}`);
      const afterMs = Math.round(((k + chance(`${SEED} ${k}`)) / KILLS) * durationMs);
      if (await killed(output, afterMs)) hits++;
      const end = await extractCli([input, output, ...FAST]);
      t.diagnostic(`killed after ${afterMs} of ${Math.round(durationMs)} ms: ${end.carried} frames carried`);
      carried += end.carried;
      assert.deepEqual(
        differences(fingerprint(output), expected),
        [],
        `killed after ${afterMs} ms (seed ${SEED})`,
      );
      const { state, digest } = extraction(output);
      assert.deepEqual({ state, digest }, { state: 'complete', digest: expected['alignments.jsonl'] });
      rmSync(output, { recursive: true });
    }
    assert.ok(hits > 0, 'no kill met a running process');
    t.diagnostic(`${hits} of ${KILLS} kills met a running process; ${carried} frames were kept in all`);
  });

  it('gets there through several kills of one extraction', async (t) => {
    const output = join(folder, 'killed-again');
    for (let k = 0; k < 2; k++) await killed(output, (0.4 + 0.3 * chance(`${SEED} again ${k}`)) * durationMs);
    const end = await extractCli([input, output, ...FAST]);
    t.diagnostic(`${end.carried} frames were kept`);
    assert.deepEqual(differences(fingerprint(output), expected), []);
    assert.ok(extraction(output).runs > 1);
  });
});
