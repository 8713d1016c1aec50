import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { openModelStore } from '../../models/model-store.ts';
import { pushModel } from '../../models/push-model.ts';
import { runCli } from '../fixtures/cli.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { makeBucket, testS3 } from '../servers/test-bucket.ts';
import { untilServed } from './api-answers.ts';
import { Testbed } from './testbed.ts';

const PHOTOS = 6;
const s3 = testS3();

suite('Workers without a way to the npm registry', { skip: withoutKube }, () => {
  let bed: Testbed;
  let photos: string;

  before(async () => {
    // an image without models
    const imageEnv = { FACEFLEET_MODELS: '', npm_config_registry: 'http://127.0.0.1:9/' };
    bed = await Testbed.open({ kubelet: { imageEnv } });
    photos = await smallPhotos(join(bed.folder, 'photos'), PHOTOS);
    await bed.addGpu('gpu-1');
    await bed.nodes.add({ name: 'cpu-1' });
  });

  after(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  /**
   * Runs an extraction with a controller of its own, to its end.
   * @param args of the controller
   * @param onAbsent is done when a worker has said that it has no model
   */
  const extract = async (
    name: string,
    args: readonly string[],
    spec: object,
    onAbsent: () => Promise<void>,
  ) => {
    const controller = await bed.controller(name, args);
    await controller.start();
    await controller.ready();
    const output = join(bed.folder, name);
    await bed.create(name, {
      source: { address: photos },
      output: { address: output },
      podTemplate: { volumes: bed.volumes },
      ...spec,
    });
    await untilServed('a worker says what is missing', async () => {
      const { items } = await bed.core.listNamespacedEvent({ namespace: bed.namespace });
      return items.some(
        ({ involvedObject, message }) => involvedObject.name === name && message?.includes('FF2006'),
      );
    });
    await onAbsent();
    const { status } = await bed.ended(name);
    assert.equal(status!.progress!.frames, PHOTOS);
    assert.equal((await runCli(['verify', output])).code, 0);
    await bed.delete(name);
    await untilServed('it is gone', async () => !(await bed.exists(name)));
    await controller.end();
  };

  const push = async (address: string, endpoint?: string): Promise<void> => {
    const store = await openModelStore({ address, endpoint }, { writes: true });
    for (const model of ['ultraface', 'mediapipe478']) await pushModel(model, store);
  };

  test('take models from a folder of a volume, once they are there', async () => {
    const address = join(bed.folder, 'models');
    await openModelStore({ address }, { writes: true });
    await extract('folder', [`--models-store=${address}`], {}, () => push(address));
  });

  test('take models from a bucket, once they are there', { skip: s3.missing }, async () => {
    const address = `s3://${await makeBucket(s3.endpoint)}/models`;
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
    const stringData = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const body = { metadata: { name: 'models' }, stringData };
    await bed.core.createNamespacedSecret({ namespace: bed.namespace, body });
    const args = [`--models-store=${address}`, `--models-endpoint=${s3.endpoint}`];
    const credentials = { s3: { secretName: 'models' } };
    await extract('bucket', args, { credentials }, () => push(address, s3.endpoint));
  });
});
