import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { faultsOf } from '../chaos/expected.ts';
import { bucketPlace, folderPlace, type Place } from '../chaos/place.ts';
import { extractCli, runCli } from '../fixtures/cli.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { kubectl } from '../servers/kubectl.ts';
import { testS3 } from '../servers/test-bucket.ts';
import type { ControllerProcess } from './controller-process.ts';
import { Testbed } from './testbed.ts';

const PHOTOS = 102;
const EXAMPLES = new URL('../../charts/facefleet/examples/', import.meta.url);
const LOOK_EVERY_MS = 1000;

suite('An Extraction from apply to its end', { skip: withoutKube }, () => {
  let bed: Testbed;
  let controller: ControllerProcess;
  let photos: string;
  let local: Place;

  before(async () => {
    bed = await Testbed.open();
    photos = await smallPhotos(join(bed.folder, 'photos'), PHOTOS);
    local = folderPlace(bed.folder, photos);
    await extractCli([photos, local.outputOf('local')]);
    for (const name of ['gpu-1', 'gpu-2'])
      await bed.nodes.add({ name, gpus: { product: 'Tesla-T4', memoryMiB: 15360, count: 1 } });
    await bed.nodes.add({ name: 'cpu-1' });
    controller = await bed.controller('controller');
    await controller.start();
    await controller.ready();
  });

  after(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  /** Applies an example with the addresses of this run, and shows what kubectl shows until it ends. */
  const follow = async (example: string, name: string, entries: object): Promise<string[]> => {
    const manifest = parse(await readFile(new URL(example, EXAMPLES), 'utf8'));
    manifest.metadata = { name };
    Object.assign(manifest.spec, entries, { planning: bed.planning() });
    const file = join(bed.folder, `${name}.yaml`);
    await writeFile(file, stringify(manifest));
    const run = (...args: string[]): Promise<string> =>
      kubectl(bed.cluster.kubeconfig, '-n', bed.namespace, ...args);
    console.log(`$ kubectl apply -f ${example}`);
    console.log(await run('apply', '-f', file));
    const shown: string[] = [];
    for (;;) {
      const { status } = await bed.read(name);
      const table = await run('get', 'fx', name);
      // the age alone is no news
      const line = table.trimEnd().split('\n').at(-1)!;
      const news = line.replace(/\s\S+$/, '');
      if (news !== shown.at(-1)?.replace(/\s\S+$/, '')) {
        console.log(shown.length === 0 ? `$ kubectl get fx ${name}\n${table.trimEnd()}` : line);
        shown.push(line);
      }
      if (status?.phase === 'Succeeded' || status?.phase === 'Failed') break;
      await sleep(LOOK_EVERY_MS);
    }
    await bed.ended(name);
    return shown;
  };

  const check = async (name: string, place: Place, output: string, shown: readonly string[]) => {
    const [found, expected] = [await place.read(output), await local.read(local.outputOf('local'))];
    // objects have other versions than files
    if (place !== local) for (const files of [found, expected]) files.delete('versions.txt');
    assert.deepEqual(faultsOf(found, expected, []), []);
    const { status } = await bed.read(name);
    assert.equal(status!.progress!.frames, PHOTOS);
    assert.equal(status!.progress!.total, PHOTOS);
    assert.equal(status!.progress!.failed, 0);
    const frames = shown.flatMap((line) => line.match(/\b\d+\/102\b/) ?? []);
    console.log(`frames on the way: ${frames.join(' ')}`);
    assert.ok(new Set(frames).size > 2, 'kubectl shows progress on the way');
    const verified = await runCli(['verify', output], undefined, s3Env());
    assert.equal(verified.code, 0, verified.stderr);
    for (const pod of await bed.pods(name))
      assert.equal(pod.status?.phase, 'Succeeded', `${pod.metadata!.name} has ended`);
  };

  test('in volumes gives the files that a local run gives', async () => {
    const output = join(bed.folder, 'volumes');
    await mkdir(output);
    const shown = await follow('volumes.yaml', 'volumes', {
      source: { address: photos },
      output: { address: output },
      podTemplate: { volumes: bed.volumes },
    });
    await check('volumes', local, output, shown);
  });

  const { endpoint, missing } = testS3();
  test('in a bucket gives the files that a local run gives', { skip: missing }, async () => {
    const place = await bucketPlace(endpoint, photos);
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
    await bed.core.createNamespacedSecret({
      namespace: bed.namespace,
      body: { metadata: { name: 's3' }, stringData: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } },
    });
    const output = place.outputOf('bucket');
    const shown = await follow('s3.yaml', 'bucket', {
      source: { address: place.source, s3: { endpoint } },
      output: { address: output, s3: { endpoint } },
      credentials: { s3: { secretName: 's3' } },
      // those of the local run
      detector: { plugin: 'ultraface' },
      maskers: [{ plugin: 'components' }, { plugin: 'extended' }],
    });
    await check('bucket', place, output, shown);
  });

  const s3Env = (): Record<string, string> => (endpoint ? { AWS_ENDPOINT_URL_S3: endpoint } : {});
});
