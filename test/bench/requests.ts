import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import { bucketPlace } from '../chaos/place.ts';
import { processUsage } from '../fixtures/process-usage.ts';
import { FaultProxy, type SeenRequest } from '../servers/fault-proxy.ts';
import { freePort } from '../servers/free-port.ts';
import { startNatsServer, withoutNatsServer } from '../servers/nats-server.ts';
import { testS3 } from '../servers/test-bucket.ts';
import { Lanes } from './lanes.ts';
import { type MeasuredRun, measuredRun } from './measured-run.ts';
import { samplePhotos } from './sample-photos.ts';

/**
 * npm run bench:requests [-- PHOTOS]: what a cluster run asks of an S3 server and of NATS, counted: requests and bytes for each frame, and the
 * most that lay in the lanes, with photos in a bucket (which go by reference) and with photos in a folder (which ride in messages).
 */
const WORKERS = 2;

const { endpoint, missing } = testS3();
if (withoutNatsServer || missing) console.log(withoutNatsServer || missing);
else await temporaryFolder((folder) => bench(folder, Number(process.argv[2] ?? 240)));

async function bench(folder: string, count: number): Promise<void> {
  const monitorPort = await freePort();
  await using nats = await startNatsServer({ config: `http_port: ${monitorPort}` });
  const photos = await samplePhotos(join(folder, 'photos'), count);
  const proxy = new FaultProxy(endpoint);
  await proxy.open();
  try {
    const place = await bucketPlace(proxy.url, photos);
    const files = await Promise.all((await readdir(photos)).map((name) => stat(join(photos, name))));
    const photoBytes = files.reduce((sum, { size }) => sum + size, 0);
    console.log(`${count} photos of ${kilobytes(photoBytes / count)} on the average, ${WORKERS} workers`);
    const env = { AWS_ENDPOINT_URL_S3: proxy.url };
    for (const [name, source] of [
      ['photos in the bucket', place.source],
      ['photos in a folder', photos],
    ] as const) {
      const output = place.outputOf(name.replaceAll(' ', '-'));
      const before = proxy.seen.length;
      const lanes = new Lanes(monitorPort);
      const run = await measuredRun(
        ['cluster', 'run', source, output, '--workers', String(WORKERS), '--nats', nats.url],
        env,
      );
      await lanes.close();
      report(name, run, proxy.seen.slice(before));
      const { mostBytes, mostMessages, streams } = lanes;
      const rssMiB = processUsage(nats.pid).peakRssMiB;
      console.log(
        `  NATS       at most ${mostMessages} messages, ${kilobytes(mostBytes)} in ${streams} streams; ${rssMiB.toFixed(0)} MiB of memory`,
      );
    }
  } finally {
    await proxy.close();
  }
}

function report(name: string, { summary, seconds }: MeasuredRun, seen: readonly SeenRequest[]): void {
  const { frames, faces } = summary;
  console.log(`${name}: ${frames} frames, ${faces} faces in ${seconds.toFixed(0)} s`);
  const kinds = Map.groupBy(seen, kindOf);
  for (const [kind, requests] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const up = requests.reduce((sum, { headers }) => sum + Number(headers['content-length'] ?? 0), 0);
    const down = requests.reduce((sum, { answer }) => sum + answer.bytes, 0);
    console.log(
      `  ${kind.padEnd(26)} ${String(requests.length).padStart(6)}, ${(requests.length / frames).toFixed(3)} a frame; ${kilobytes(up / frames)} up, ${kilobytes(down / frames)} down a frame`,
    );
  }
}

/** Such as `PUT faces`. */
function kindOf({ method, path }: SeenRequest): string {
  const { pathname, searchParams } = new URL(path, 'http://bucket');
  const query = ['list-type', 'uploads', 'uploadId', 'delete'].find((name) => searchParams.has(name));
  if (query !== undefined) return `${method} ?${query}`;
  const [, , area = '', , key = ''] = pathname.split('/');
  if (key.startsWith('.facefleet.probe-')) return `${method} probe`;
  return `${method} ${area === 'in' ? 'photos' : key}`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(bytes < 10_000 ? 2 : 0)} kB`;
}
