import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { ExtractionResource } from '../../controller/api/extraction-resource.ts';
import { extractCli, runCli } from '../fixtures/cli.ts';
import { withoutJob } from '../fixtures/cluster-job.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { untilServed } from './api-answers.ts';
import type { PodRun } from './kubelet/pod-run.ts';
import { type SpecEntries, Testbed } from './testbed.ts';

const PHOTOS = 30;
/** Small outputs, one mask: what is tried is the way of the pods, not the networks. */
const EXTRACT_ARGS = ['--size', '64', '--masker', 'components'];

suite('An Extraction through its life', { skip: withoutKube }, () => {
  let bed: Testbed;
  let photos: string;
  let expected: Record<string, string>;

  before(async () => {
    bed = await Testbed.open({
      plane: { nodeGraceSeconds: 8, evictAfterSeconds: 2 },
      kubelet: { hasImage: (image) => !image.includes('absent') },
    });
    photos = await smallPhotos(join(bed.folder, 'photos'), PHOTOS);
    await extractCli([photos, join(bed.folder, 'local'), ...EXTRACT_ARGS]);
    expected = withoutJob(join(bed.folder, 'local'));
    for (const name of ['gpu-1', 'gpu-2'])
      await bed.nodes.add({ name, gpus: { product: 'Tesla-T4', memoryMiB: 15360, count: 1 } });
    const controller = await bed.controller('controller');
    await controller.start();
    await controller.ready();
  });

  after(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  const output = (name: string): string => join(bed.folder, name);

  const start = async (name: string, entries: SpecEntries = {}): Promise<void> => {
    const { podTemplate = {}, ...others } = entries;
    await bed.create(name, {
      source: { address: photos },
      output: { address: output(name), sizePx: 64 },
      maskers: [{ plugin: 'components' }],
      ...others,
      podTemplate: { volumes: bed.volumes, ...(podTemplate as object) },
    });
  };

  const running = (name: string): Promise<ExtractionResource> =>
    bed.when(name, 'works on frames', ({ status }) => (status?.progress?.frames ?? 0) > 0);

  /** A worker of an extraction that is ready. */
  const worker = async (name: string): Promise<PodRun> => {
    const find = (): PodRun | undefined =>
      bed.kubelet
        .pods()
        .find(
          ({ pod: { metadata }, ready }) =>
            ready &&
            metadata!.labels?.['facefleet.dev/extraction'] === name &&
            metadata!.labels?.['app.kubernetes.io/component'] === 'worker',
        );
    await untilServed(`${name} has a worker that is ready`, async () => find() !== undefined);
    return find()!;
  };

  const whole = async (name: string): Promise<void> => {
    assert.deepEqual(withoutJob(output(name)), expected);
    const verified = await runCli(['verify', output(name)]);
    assert.equal(verified.code, 0, verified.stderr);
  };

  const told = (name: string, event: string): Promise<void> =>
    untilServed(`there is an Event ${event} of ${name}`, async () => {
      const { items } = await bed.core.listNamespacedEvent({ namespace: bed.namespace });
      return items.some(({ involvedObject, reason }) => involvedObject.name === name && reason === event);
    });

  test('rests while it is suspended, without pods, and goes on from what it has', async () => {
    await start('rested');
    await running('rested');
    await bed.change('rested', { suspend: true });
    await bed.when('rested', 'is suspended', ({ status }) => status?.phase === 'Suspended');
    await untilServed('it has no pods', async () => (await bed.pods('rested')).length === 0);
    await bed.change('rested', { suspend: false });
    const { status } = await bed.ended('rested');
    assert.equal(status!.progress!.frames, PHOTOS);
    assert.equal(status!.attempts?.failures ?? 0, 0);
    await whole('rested');
  });

  test('leaves nothing on the bus when it is deleted while it runs', async () => {
    await start('deleted');
    await running('deleted');
    await bed.delete('deleted');
    await untilServed('it is gone', async () => !(await bed.exists('deleted')));
    await untilServed('its pods are gone', async () => (await bed.pods('deleted')).length === 0);
    const connection = await connect({ servers: bed.nats.url });
    try {
      const names = await (await jetstreamManager(connection)).streams.names().next();
      assert.deepEqual(names, []);
    } finally {
      await connection.close();
    }
    assert.ok(existsSync(output('deleted')), 'what was extracted stays');
  });

  test('is deleted some time after its end where that is asked for', async () => {
    await start('short-lived', { ttlSecondsAfterFinished: 3 });
    await bed.ended('short-lived');
    await untilServed('it is gone', async () => !(await bed.exists('short-lived')));
    await whole('short-lived');
  });

  test('fails when it was active for too long', async () => {
    await start('late', { activeDeadlineSeconds: 4 });
    const { status } = await bed.ended('late', 'Failed');
    assert.equal(status!.failure!.reason, 'DeadlineExceeded');
    await untilServed('its pods are gone', async () => {
      const pods = await bed.pods('late');
      return pods.every((pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed');
    });
  });

  test('gives up after too many crashes', async () => {
    await start('crashing', { backoffLimit: 1 });
    (await worker('crashing')).kill();
    await bed.when('crashing', 'has a crash', ({ status }) => (status?.attempts?.failures ?? 0) >= 1);
    const crashed = async (): Promise<boolean> => {
      const { status } = await bed.read('crashing');
      for (const run of bed.kubelet.pods())
        if (run.pod.metadata!.labels?.['facefleet.dev/extraction'] === 'crashing') run.kill();
      return status?.phase === 'Failed';
    };
    await untilServed('it fails', crashed);
    const { status } = await bed.ended('crashing', 'Failed');
    assert.equal(status!.failure!.reason, 'BackoffLimitExceeded');
  });

  test('works on less at a time after a worker ran out of memory, without counting it', async () => {
    await start('hungry');
    (await worker('hungry')).kill('SIGKILL', 'OOMKilled');
    const { status } = await bed.ended('hungry');
    assert.equal(status!.attempts!.failures, 0);
    assert.equal(status!.attempts!.lowered.length, 1);
    await told('hungry', 'BatchesLowered');
    await whole('hungry');
  });

  test('replaces what the cluster takes away, free of charge', async () => {
    await start('evicted', { backoffLimit: 0 });
    (await worker('evicted')).evict('Evicted', 'The node was low on resource: memory.');
    await bed.when(
      'evicted',
      'has a replacement',
      ({ status }) => (status?.attempts?.replacements ?? 0) >= 1,
    );
    const { status } = await bed.ended('evicted');
    assert.equal(status!.attempts!.failures, 0);
    await whole('evicted');
  });

  test('tells at once why a pod cannot start, and goes on when it can', async () => {
    await start('absent', { podTemplate: { gpuImage: 'absent:1' } });
    const pull = ({ status }: ExtractionResource): boolean =>
      status?.conditions?.some(({ reason }) => reason === 'ImagePullFailed') ?? false;
    const { status } = await bed.when('absent', 'says that there is no image', pull);
    assert.equal(status!.attempts?.failures ?? 0, 0);
    await told('absent', 'ImagePullFailed');
    await bed.delete('absent');

    await start('secretless', { credentials: { nats: { secretName: 'nowhere' } } });
    const config = ({ status }: ExtractionResource): boolean =>
      status?.conditions?.some(({ reason }) => reason === 'ConfigError') ?? false;
    await bed.when('secretless', 'says that there is no secret', config);
    await bed.core.createNamespacedSecret({
      namespace: bed.namespace,
      body: { metadata: { name: 'nowhere' }, stringData: { UNUSED: 'yes' } },
    });
    await bed.ended('secretless');
    await whole('secretless');
  });
});
