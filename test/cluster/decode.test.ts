import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { extractCli, runCli } from '../fixtures/cli.ts';
import { withoutJob } from '../fixtures/cluster-job.ts';
import { withoutEncoder } from '../fixtures/encoded-video.ts';
import { photoVideo } from '../fixtures/photo-video.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { untilServed } from './api-answers.ts';
import { Testbed } from './testbed.ts';

const SECONDS = 5;
/** Small outputs, one mask, every fifth picture: what is tried is the way of the pods. */
const EXTRACT_ARGS = ['--size', '64', '--masker', 'components', '--every-n', '5'];

suite('A video that decode workers share', { skip: withoutKube || withoutEncoder('libx264') }, () => {
  let bed: Testbed;
  let video: string;
  let expected: Record<string, string>;

  before(async () => {
    bed = await Testbed.open();
    video = join(bed.folder, 'film.mp4');
    await mkdir(bed.folder, { recursive: true });
    await photoVideo(video, join(bed.folder, 'photos'), SECONDS);
    await extractCli([video, join(bed.folder, 'local'), ...EXTRACT_ARGS]);
    expected = withoutJob(join(bed.folder, 'local'));
    await bed.nodes.add({ name: 'gpu-1', gpus: { product: 'Tesla-T4', memoryMiB: 15360, count: 1 } });
    await bed.nodes.add({ name: 'cpu-1' });
    const controller = await bed.controller('controller');
    await controller.start();
    await controller.ready();
  });

  after(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  test('ends with the files of a local run, though one of them dies', async () => {
    const output = join(bed.folder, 'shared-decoding');
    await bed.create('film', {
      source: { address: video, everyN: 5 },
      output: { address: output, sizePx: 64 },
      maskers: [{ plugin: 'components' }],
      planning: { decodeWorkers: 2 },
      podTemplate: { volumes: bed.volumes },
    });
    const decoders = () =>
      bed.kubelet
        .pods()
        .filter(({ pod }) => pod.metadata!.labels?.['app.kubernetes.io/component'] === 'decoder');
    await untilServed(
      'two decode workers are ready',
      async () => decoders().filter((one) => one.ready).length === 2,
    );
    assert.deepEqual(
      decoders()
        .map(({ pod }) => pod.metadata!.name)
        .sort(),
      ['film-d0', 'film-d1'],
    );
    decoders()[0]!.kill();
    const { status } = await bed.ended('film');
    assert.equal(status!.progress!.frames, (SECONDS * 25) / 5);
    assert.equal(status!.progress!.failed, 0);
    assert.equal(status!.attempts!.failures, 1);
    assert.deepEqual(withoutJob(output), expected);
    const verified = await runCli(['verify', output]);
    assert.equal(verified.code, 0, verified.stderr);
  });
});
