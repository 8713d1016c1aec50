import { join } from 'node:path';
import { extractCli } from '../fixtures/cli.ts';
import { clusterCli } from '../fixtures/cluster-job.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { startNatsServer } from '../servers/nats-server.ts';
import { testS3 } from '../servers/test-bucket.ts';
import type { Objects } from './expected.ts';
import { bucketPlace, folderPlace, type Place, sha256s } from './place.ts';

export const FRAMES = 36;
/** Small outputs, one mask: what is tried is the way of the frames, not the networks. */
export const EXTRACT_ARGS = ['--size', '64', '--masker', 'components'];
/** Lost workers are noticed soon. */
export const CLUSTER_ARGS = [...EXTRACT_ARGS, '--workers', '2', '--threads', '1', '--ack-wait', '2'];

/** A place with what an undisturbed run leaves there. */
export interface Baseline {
  readonly place: Place;
  readonly undisturbed: Objects;
}

/**
 * Makes the photos and what they give undisturbed: in a folder by `facefleet extract`, in a bucket by a cluster run whose records and
 * crops are compared with that.
 */
export async function suiteInput(folder: string): Promise<Baseline[]> {
  const photos = await smallPhotos(join(folder, 'photos'), FRAMES);
  const inFolder = folderPlace(folder, photos);
  const local = inFolder.outputOf('undisturbed');
  await extractCli([photos, local, ...EXTRACT_ARGS]);
  const expected = await inFolder.read(local);
  const baselines: Baseline[] = [{ place: inFolder, undisturbed: expected }];
  const { endpoint, missing } = testS3();
  if (missing !== false) {
    console.log(`all runs use folders: ${missing}`);
    return baselines;
  }
  const inBucket = await bucketPlace(endpoint, photos);
  const output = inBucket.outputOf('undisturbed');
  await using nats = await startNatsServer();
  const args = [inBucket.source, output, ...CLUSTER_ARGS, '--nats', nats.url];
  await clusterCli(args, 0, { AWS_ENDPOINT_URL_S3: endpoint });
  const undisturbed = await inBucket.read(output);
  const [wanted, found] = [sha256s(expected), sha256s(undisturbed)];
  for (const [key, sum] of wanted) {
    if (key !== 'versions.txt' && found.get(key) !== sum)
      throw new Error(`${key} of a cluster run in a bucket is not that of a local run`);
  }
  return [...baselines, { place: inBucket, undisturbed }];
}
