import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ensureModel } from '../../models/ensure-model.ts';
import { extractCli } from '../fixtures/cli.ts';
import { withoutJob } from '../fixtures/cluster-job.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { Testbed } from './testbed.ts';

const PHOTOS = 12;
/** Together they need more VRAM than the margin leaves of 8 GiB; two of them need less. */
const PLUGINS = { detector: 'ultraface', aligner: 'faceapi68', masker: 'bisenet' } as const;
const MARGIN_MIB = 6800;

/** Where a pod ran: `pass 0 stage 1: gpu-8b`. */
type Placed = Map<string, string>;

suite('Pods on unequal GPUs, by the real scheduler', { skip: withoutKube }, () => {
  let bed: Testbed;
  let photos: string;
  let expected: Record<string, string>;

  before(async () => {
    for (const model of Object.values(PLUGINS)) await ensureModel(model);
    bed = await Testbed.open();
    photos = await smallPhotos(join(bed.folder, 'photos'), PHOTOS);
    const { detector, aligner, masker } = PLUGINS;
    const plugins = ['--detector', detector, '--aligner', aligner, '--masker', masker];
    await extractCli([photos, join(bed.folder, 'local'), ...plugins, '--size', '64']);
    expected = withoutJob(join(bed.folder, 'local'));
    const gpu = (product: string, memoryMiB: number) => ({ product, memoryMiB, count: 1 });
    const pool = (name: string) => ({ labels: { pool: name } });
    await bed.nodes.add({ name: 'one-8', gpus: gpu('Card-8GB', 8192), ...pool('one') });
    await bed.nodes.add({ name: 'two-8-a', gpus: gpu('Card-8GB', 8192), ...pool('two') });
    await bed.nodes.add({ name: 'two-8-b', gpus: gpu('Card-8GB', 8192), ...pool('two') });
    await bed.nodes.add({ name: 'one-24', gpus: gpu('Card-24GB', 24_576), ...pool('large') });
    await bed.nodes.add({ name: 'cpu', labels: { pool: 'none' } });
    const controller = await bed.controller('controller');
    await controller.start();
    await controller.ready();
  });

  after(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  /** Runs an extraction on a pool. @returns where its workers ran */
  const run = async (pool: string): Promise<{ placed: Placed; passes: string[] }> => {
    const placed: Placed = new Map();
    await bed.create(pool, {
      source: { address: photos },
      output: { address: join(bed.folder, pool), sizePx: 64 },
      detector: { plugin: PLUGINS.detector },
      aligner: { plugin: PLUGINS.aligner },
      maskers: [{ plugin: PLUGINS.masker }],
      planning: { nodeSelector: { pool }, marginMiB: MARGIN_MIB },
      podTemplate: { volumes: bed.volumes },
    });
    await bed.ended(pool);
    for (const pod of bed.kubelet.seen) {
      const { labels = {}, namespace } = pod.metadata!;
      if (namespace !== bed.namespace || labels['facefleet.dev/extraction'] !== pool) continue;
      if (labels['app.kubernetes.io/component'] !== 'worker') continue;
      const place = `pass ${labels['facefleet.dev/pass']} stage ${labels['facefleet.dev/stage']}`;
      placed.set(place, pod.spec!.nodeName!);
    }
    const { status } = await bed.read(pool);
    const passes = status!.plan!.passes.map(({ stages }) =>
      stages.map(({ roles }) => roles.join('+')).join(' -> '),
    );
    console.log(`${pool}: ${passes.join(' | ')}; ${[...placed].map((each) => each.join(' on ')).join(', ')}`);
    assert.deepEqual(withoutJob(join(bed.folder, pool)), expected);
    return { placed, passes };
  };

  test('one card of 8 GB: two passes, one after the other on it', async () => {
    const { placed, passes } = await run('one');
    assert.equal(passes.length, 2);
    assert.ok(!passes.join().includes('->'), 'each pass has one stage');
    assert.deepEqual(Object.fromEntries(placed), { 'pass 0 stage 0': 'one-8', 'pass 1 stage 0': 'one-8' });
  });

  test('two cards of 8 GB: two stages of one pass, each on a card of its own', async () => {
    const { placed, passes } = await run('two');
    assert.equal(passes.length, 1);
    assert.equal(passes[0]!.split(' -> ').length, 2);
    assert.deepEqual([...placed.keys()].sort(), ['pass 0 stage 0', 'pass 0 stage 1']);
    assert.deepEqual([...placed.values()].sort(), ['two-8-a', 'two-8-b']);
  });

  test('one card of 24 GB: all in one stage', async () => {
    const { placed, passes } = await run('large');
    assert.deepEqual(passes, ['detect+align+mask_0']);
    assert.deepEqual(Object.fromEntries(placed), { 'pass 0 stage 0': 'one-24' });
  });
});
