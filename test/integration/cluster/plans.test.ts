import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { extractCli, runCli, startCli } from '../../fixtures/cli.ts';
import { childrenOf, clusterCli, lastEvent, printed, withoutJob } from '../../fixtures/cluster-job.ts';
import { onlyInFull } from '../../fixtures/only-in-full.ts';
import { differences, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { makeTinyVideo } from '../../fixtures/tiny-video.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

const FRAMES = 20;
const FLOW = ['--size', '128', '--masker', 'multiclass', 'extended'];

/** A plan file: per pass its stages, each with its roles and replicas. */
function planOf(passes: readonly (readonly (readonly [roles: string, replicas: number])[])[]): string {
  return JSON.stringify({
    passes: passes.map((stages) => ({
      stages: stages.map(([roles, replicas]) => ({
        roles: roles.split(' '),
        device: 'cpu',
        groups: [{ replicas, placements: [{ count: replicas, threads: 1 }] }],
      })),
    })),
  });
}

describe('the plan does not change the result', { skip: withoutNatsServer }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  let nats: NatsServer;
  let expected: Record<string, string>;

  before(async () => {
    nats = await startNatsServer();
    await smallPhotos(input, FRAMES);
    writeFileSync(join(input, 'photo-007.jpg'), 'no picture');
    await extractCli([input, join(folder, 'local'), ...FLOW], 3);
    expected = fingerprint(join(folder, 'local'));
  });
  after(() => nats?.[Symbol.asyncDispose]());

  function planned(name: string, plan: string): string[] {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, plan);
    const flow = [...FLOW, '--by-reference', '--ack-wait', '2', '--plan', file, '--nats', nats.url];
    return [input, join(folder, name), ...flow];
  }

  it('of two stages in a pipeline, the second with two replicas', async () => {
    const plan = planOf([
      [
        ['detect align', 1],
        ['mask_0 mask_1', 2],
      ],
    ]);
    const end = await clusterCli(planned('pipeline', plan), 3);
    assert.equal(end.frames, FRAMES);
    assert.deepEqual(differences(withoutJob(join(folder, 'pipeline')), expected), []);
  });

  it('of four stages, one for each role, over a bus for small messages', { skip: onlyInFull }, async () => {
    await using small = await startNatsServer({ maxPayloadBytes: 4096 });
    const plan = planOf([
      [
        ['detect', 1],
        ['align', 1],
        ['mask_0', 1],
        ['mask_1', 1],
      ],
    ]);
    await clusterCli([...planned('chain', plan), '--nats', small.url], 3);
    assert.deepEqual(differences(withoutJob(join(folder, 'chain')), expected), []);
  });

  it('of two passes', { skip: onlyInFull }, async () => {
    const plan = planOf([[['detect align', 2]], [['mask_0 mask_1', 1]]]);
    await clusterCli(planned('passes', plan), 3);
    assert.deepEqual(differences(withoutJob(join(folder, 'passes')), expected), []);
  });

  it('of three passes, stopped and killed in each of the first two', async (t) => {
    const plan = planOf([
      [['detect', 2]],
      [['align', 2]],
      [
        ['mask_0', 1],
        ['mask_1', 1],
      ],
    ]);
    const args = ['cluster', 'run', ...planned('three', plan), '-o', 'json', '--log-level', 'info'];
    for (const [pass, signal] of [
      [0, 'SIGINT'],
      [1, 'SIGKILL'],
    ] as const) {
      const run = startCli(args);
      await printed(run, 'stderr', new RegExp(`"pass":${pass}[^\\n]*worker is ready`));
      run.child.kill(signal);
      const { code } = await run.ended;
      assert.equal(code, signal === 'SIGINT' ? 130 : null);
    }
    const end = lastEvent(await runCli(args), 3);
    t.diagnostic(JSON.stringify(end));
    assert.deepEqual(differences(withoutJob(join(folder, 'three')), expected), []);
  });

  it('of two passes, with a conductor that is killed in the second and a frame that failed in the first', {
    skip: process.platform !== 'linux' && 'it needs /proc',
    timeout: 170_000,
  }, async () => {
    const plan = planOf([[['detect align', 1]], [['mask_0 mask_1', 1]]]);
    const args = ['cluster', 'run', ...planned('back', plan), '-o', 'json', '--log-level', 'info'];
    const run = startCli(args);
    await printed(run, 'stderr', /"pass":1[^\n]*worker is ready/);
    const conductor = childrenOf(run.child.pid!).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('conductor'),
    );
    process.kill(conductor!, 'SIGKILL');
    lastEvent(await run.ended, 3);
    assert.deepEqual(differences(withoutJob(join(folder, 'back')), expected), []);
  });

  it('of a video, in one pass and in two', async () => {
    const video = join(folder, 'tiny.mp4');
    await makeTinyVideo(video, 20);
    const flow = ['--size', '128', '--masker', 'extended'];
    await extractCli([video, join(folder, 'video-local'), ...flow]);
    const local = fingerprint(join(folder, 'video-local'));
    const plans = [
      ['video-one', planOf([[['detect align mask_0', 2]]])],
      ['video-two', planOf([[['detect', 1]], [['align mask_0', 1]]])],
    ] as const;
    for (const [name, plan] of plans) {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, plan);
      await clusterCli([video, join(folder, name), ...flow, '--plan', file, '--nats', nats.url]);
      assert.deepEqual(differences(withoutJob(join(folder, name)), local), []);
    }
  });

  it('is refused when its roles are not those of the extraction', async () => {
    for (const [plan, reason] of [
      [planOf([[['detect align', 1]]]), /the stages have the roles detect, align/],
      ['{"passes":[]}', /FF5002/],
      ['not JSON', /FF5002/],
    ] as const) {
      const end = await runCli(['cluster', 'run', ...planned('wrong', plan)]);
      assert.equal(end.code, 2, end.stderr);
      assert.match(end.stderr, reason);
    }
  });
});
