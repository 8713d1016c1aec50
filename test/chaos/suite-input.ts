import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { extractCli } from '../fixtures/cli.ts';
import { clusterCli } from '../fixtures/cluster-job.ts';
import { withoutEncoder } from '../fixtures/encoded-video.ts';
import { photoVideo } from '../fixtures/photo-video.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { startNatsServer } from '../servers/nats-server.ts';
import { testS3 } from '../servers/test-bucket.ts';
import type { Objects } from './expected.ts';
import { bucketPlace, folderPlace, type Place, sha256s } from './place.ts';

export const FRAMES = 36;
/** Small outputs, one mask: what is tried is the way of the frames, not the networks. */
const EXTRACT_ARGS = ['--size', '64', '--masker', 'components'];
/** Lost workers are noticed soon. */
const CLUSTER_ARGS = [...EXTRACT_ARGS, '--workers', '2', '--threads', '1', '--ack-wait', '2'];

/** Of a film that is long enough to be shared out, so many pictures make no frame. */
const EVERY_N = 20;
const FILM_SECONDS = 30;
const FILM_ARGS = ['--every-n', String(EVERY_N)];

/** What a scenario runs on. */
export type InputKind = 'photos' | 'film';

/** A place with what an undisturbed run leaves there. */
export interface Baseline {
  readonly input: InputKind;
  readonly place: Place;
  readonly undisturbed: Objects;
  readonly frames: number;
  /** Of a disturbed run. */
  readonly args: readonly string[];
}

/**
 * Makes the inputs and what they give undisturbed: in a folder by `facefleet extract`, in a bucket by a cluster run whose records and
 * crops are compared with that.
 */
export async function suiteInput(folder: string, kinds: ReadonlySet<InputKind>): Promise<Baseline[]> {
  const baselines: Baseline[] = [];
  if (kinds.has('photos')) {
    const photos = await smallPhotos(join(folder, 'photos'), FRAMES);
    baselines.push(
      ...(await inPlaces(folder, photos, { input: 'photos', frames: FRAMES, extra: [], own: [] })),
    );
  }
  const missing = withoutEncoder('libx264');
  if (kinds.has('film') && missing === false) {
    const own = join(folder, 'film');
    await mkdir(own);
    const film = join(own, 'film.mp4');
    await photoVideo(film, join(own, 'photos'), FILM_SECONDS);
    const frames = Math.ceil((FILM_SECONDS * 25) / EVERY_N);
    const about = { input: 'film', frames, extra: FILM_ARGS, own: ['--decode-workers', '2'] } as const;
    baselines.push(...(await inPlaces(own, film, about)));
  } else if (kinds.has('film')) console.log(`no films: ${missing}`);
  return baselines;
}

async function inPlaces(
  folder: string,
  source: string,
  about: Pick<Baseline, 'input' | 'frames'> & {
    /** Of any extraction. */
    readonly extra: readonly string[];
    /** Of a cluster run on top. */
    readonly own: readonly string[];
  },
): Promise<Baseline[]> {
  const { input, frames, extra, own } = about;
  const args = [...CLUSTER_ARGS, ...extra, ...own];
  const inFolder = folderPlace(folder, source);
  const local = inFolder.outputOf('undisturbed');
  await extractCli([source, local, ...EXTRACT_ARGS, ...extra]);
  const expected = await inFolder.read(local);
  const baselines: Baseline[] = [{ input, frames, args, place: inFolder, undisturbed: expected }];
  const { endpoint, missing } = testS3();
  if (missing !== false) {
    console.log(`all runs use folders: ${missing}`);
    return baselines;
  }
  const inBucket = await bucketPlace(endpoint, source);
  const output = inBucket.outputOf('undisturbed');
  await using nats = await startNatsServer();
  await clusterCli([inBucket.source, output, ...args, '--nats', nats.url], 0, {
    AWS_ENDPOINT_URL_S3: endpoint,
  });
  const undisturbed = await inBucket.read(output);
  const [wanted, found] = [sha256s(expected), sha256s(undisturbed)];
  for (const [key, sum] of wanted) {
    if (key !== 'versions.txt' && found.get(key) !== sum)
      throw new Error(`${key} of a cluster run in a bucket is not that of a local run`);
  }
  return [...baselines, { input, frames, args, place: inBucket, undisturbed }];
}
