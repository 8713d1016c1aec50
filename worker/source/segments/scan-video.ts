import { setImmediate as nextTurn } from 'node:timers/promises';
import { AV_NOPTS_VALUE, AV_PKT_FLAG_CORRUPT, AV_PKT_FLAG_DISCARD, AV_PKT_FLAG_KEY } from 'node-av/constants';
import { Packet } from 'node-av/lib';
import type { Limits } from '../limits.ts';
import { openVideoFile, type VideoFile } from '../video-file.ts';
import type { VideoPlace } from '../video-place.ts';
import { flawAtEnd } from './flaw-at-end.ts';
import type { PacketFacts, PacketReader } from './packets/packet-reader.ts';
import { packetReaderOf } from './packets/packet-reader-of.ts';
import { SeekTable } from './seek-table.ts';
import { settleCount } from './settle-count.ts';
import type { VideoScan } from './video-scan.ts';

/** Reading a packet takes microseconds; other work gets its turn after this long. */
const SLICE_MS = 5;

const HIDDEN: PacketFacts = { pictures: 0, entry: false };
const UNTOLD: PacketFacts = { pictures: null, entry: false };

/**
 * Numbers the pictures of a video and finds where decoders can start, by reading its packets once without decoding them, up to the end
 * or the first damage. A few pictures are decoded where packets alone do not tell: at a beginning between key pictures, and at damage.
 *
 * @throws {FacefleetError} FF1104, and what the store of the place throws; the signal's reason when aborted
 */
export async function scanVideo(
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
  signal?: AbortSignal,
): Promise<VideoScan> {
  const { scan, oddHead } = await scanPackets(place, limits, signal);
  return await settleCount(scan, place, limits, oddHead, signal);
}

/**
 * What the packets of a video tell without any picture being decoded.
 * @returns `oddHead`: whether they do not tell how many pictures there are at the beginning
 * @throws {FacefleetError} FF1104, and what the store of the place throws; the signal's reason when aborted
 */
export async function scanPackets(
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
  signal?: AbortSignal,
): Promise<{ readonly scan: VideoScan; readonly oddHead: boolean }> {
  signal?.throwIfAborted();
  const file = await openVideoFile(place, limits);
  try {
    const table = new SeekTable();
    const reader = packetReaderOf(file.stream.codecpar);
    const damage = await readPackets(file, reader, table, signal);
    const points = table.finish();
    const { num, den } = file.stream.timeBase;
    const scan: VideoScan = {
      pictures: table.pictures,
      exact: table.trouble === null,
      damage: damage ?? null,
      points,
      whyWhole: table.trouble,
      intraOnly: reader?.intraOnly === true && table.isPlain,
      firstPts: table.firstPts,
      timeBase: num / den,
    };
    return { scan, oddHead: table.oddHead };
  } finally {
    await file.close();
  }
}

/** @returns what is wrong with the container */
async function readPackets(
  file: VideoFile,
  reader: PacketReader | null,
  table: SeekTable,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { format, stream, isLocal } = file;
  const streamIndex = stream.index;
  using packet = new Packet();
  packet.alloc();
  let sliceEnd = performance.now() + SLICE_MS;
  for (;;) {
    const status = isLocal ? format.readFrameSync(packet) : await format.readFrame(packet);
    if (status < 0) return await flawAtEnd(file, status, table.packets);
    if (packet.streamIndex === streamIndex) {
      const flags: number = packet.flags;
      if ((flags & AV_PKT_FLAG_CORRUPT) !== 0) return 'a packet is cut or damaged';
      const sizeBytes = packet.size;
      const key = (flags & AV_PKT_FLAG_KEY) !== 0;
      const facts = reader?.read({ sizeBytes, key, data: () => packet.data ?? Buffer.alloc(0) }) ?? UNTOLD;
      const isCutOff = (flags & AV_PKT_FLAG_DISCARD) !== 0;
      table.add({
        pts: timeOf(packet.pts),
        dts: timeOf(packet.dts),
        sizeBytes,
        ...(isCutOff ? HIDDEN : facts),
      });
    }
    packet.unref();
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    signal?.throwIfAborted();
    sliceEnd = performance.now() + SLICE_MS;
  }
}

/** Times beyond the whole numbers that a double holds are taken for missing. */
function timeOf(time: bigint): number | null {
  if (time === AV_NOPTS_VALUE) return null;
  const value = Number(time);
  return Number.isSafeInteger(value) ? value : null;
}
