import { stat } from 'node:fs/promises';
import { tmpPrefix } from '../../cluster/claim-check.ts';
import type { Job } from '../../cluster/job.ts';
import { videoOfJob } from '../../cluster/video-of-job.ts';
import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';
import { fileVersion } from '../../source/file-version.ts';
import type { SegmentedVideo } from '../../source/segments/segmented-video.ts';
import { placeName, placeText, type VideoPlace } from '../../source/video-place.ts';
import type { Store } from '../../store/store.ts';

/** A video as the source of an extraction. */
export interface ClusterVideo extends SegmentedVideo {
  readonly place: VideoPlace;
  /** Of the video in the source. */
  readonly key: string;
  /** What the keys of its frames are made of. */
  readonly name: string;
  /** Of its file, when known. */
  readonly version: string | undefined;
  readonly everyN: number;
}

/** A decoder begins a segment anew, which costs as much as some pictures: shorter ones are not worth it, … */
const LEAST_PICTURES = 100;
/** … and longer ones would take long when a worker is lost. */
const MOST_PICTURES = 1000;
/** So many segments for each decode worker, where the video is long enough: the last ones end at about the same time. */
const SEGMENTS_PER_WORKER = 8;

/**
 * Scans the video of a job and splits it, see `segmentVideo`. That decodes some pictures; where conductors died while they did, it is
 * left to the decode workers, and the video is one segment.
 * @param store the output
 * @param signal ends the scan, which may take long; that is no death
 * @throws FacefleetError FF1101, FF1102, FF1104, FF4006, FF4010, FF4011; the signal's reason
 */
export async function openClusterVideo(job: Job, store: Store, signal: AbortSignal): Promise<ClusterVideo> {
  const { source, spec, decode } = job;
  const { key, open } = await videoOfJob(job);
  const place = open(key);
  if (typeof place === 'string') await checkThere(place);
  const { segmentVideo } = await import('../../source/segments/segmented-video.ts').catch(
    (thrown: unknown) => {
      const detail = `the video library does not load: ${errorText(thrown)}`;
      throw new FacefleetError('FF1104', detail, { cause: thrown });
    },
  );
  const { everyN } = source;
  const framesPerSegment = (pictures: number): number => {
    const share = Math.ceil(pictures / (SEGMENTS_PER_WORKER * (decode?.replicas ?? 1)));
    return Math.ceil(Math.min(MOST_PICTURES, Math.max(LEAST_PICTURES, share)) / everyN);
  };
  const deaths = await notedDeaths(job, store);
  const whole = deaths >= job.budgets.crashes;
  const marker = deathsKey(job);
  if (!whole) await store.put(marker, Buffer.from(String(deaths + 1)), { durable: true });
  const video = await segmentVideo(place, spec.limits, { everyN, framesPerSegment, whole }, signal).finally(
    // to be refused, or told to stop, is no death
    () => (whole ? undefined : store.put(marker, Buffer.from(String(deaths)))),
  );
  if (video.count === 0) throw new FacefleetError('FF1102', placeText(place));
  const version = typeof place === 'string' ? await fileVersion(place) : await objectVersion(place);
  return { ...video, place, key, name: placeName(place), version, everyN };
}

/** How often a conductor of the job began to scan and was not heard of again. */
async function notedDeaths(job: Job, store: Store): Promise<number> {
  const key = deathsKey(job);
  if ((await store.head(key)) === null) return 0;
  return Number.parseInt(Buffer.from(await store.get(key)).toString('latin1'), 10) || 0;
}

function deathsKey({ extraction }: Job): string {
  return `${tmpPrefix(extraction)}scan-deaths`;
}

async function objectVersion({ store, key }: Exclude<VideoPlace, string>): Promise<string | undefined> {
  for await (const object of store.list(key)) return object.key === key ? object.version : undefined;
  return undefined;
}

async function checkThere(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (thrown) {
    throw new FacefleetError('FF1101', `${path}: ${errorText(thrown)}`, { cause: thrown });
  }
}
