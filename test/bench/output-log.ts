import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutput } from '../../worker/conductor/open-output.ts';
import { encodeRecord } from '../../worker/formats/encode-record.ts';
import { openDirStore } from '../../worker/store/dir-store.ts';
import { fakeFace } from '../fixtures/fake-extraction.ts';

// How fast results go through the output log, and how much memory it takes: node test/bench/output-log.ts [FRAMES].
const frames = Number(process.argv[2] ?? 200_000);
const folder = await mkdtemp(join(tmpdir(), 'facefleet-bench-'));
const store = await openDirStore(folder);
const spec = { detect: 'fake' };
const made = fakeFace('faces/a_0.png');
const extended = { ...made.masks.extended!, data: randomBytes(450) };
const face = { ...made, masks: { extended }, crop: null };
const record = (index: number) => ({
  index,
  key: `sub/frame_${index}.jpg`,
  width: 1920,
  height: 1080,
  faces: [face],
});
const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);

async function step(name: string, work: () => Promise<void>): Promise<number> {
  peak = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuUs = ((used.user + used.system) / frames).toFixed(1);
  const rate = Math.round(frames / seconds);
  globalThis.gc?.();
  const kept = globalThis.gc
    ? `  after gc ${mib(process.memoryUsage().heapUsed + process.memoryUsage().external)}`
    : '';
  console.log(
    `${name.padEnd(18)} ${seconds.toFixed(2)} s  ${rate} frames/s  ${cpuUs} µs CPU a frame  peak RSS ${mib(peak)}${kept}`,
  );
  return seconds;
}

try {
  console.log(
    `${frames} frames, lines of ${encodeRecord(record(0)).length} bytes, RSS before ${mib(process.memoryUsage.rss())}`,
  );
  const first = await openOutput(store, { spec });
  const recording = await step('record', async () => {
    for (let i = 0; i < frames; i++) {
      const index = i ^ 1; // Neighbours end in reverse order.
      first.stems.assign(`sub/frame_${index}.jpg`);
      await first.record(record(index));
    }
  });
  const finishing = await step('finish', async () => {
    await first.finish();
  });
  console.log(`record and finish together: ${Math.round(frames / (recording + finishing))} frames/s`);
  let second = first;
  await step('open again', async () => {
    second = await openOutput(store, { spec });
  });
  await step('carry and finish', async () => {
    for (let i = 0; i < frames; i++) second.carry(i, `sub/frame_${i}.jpg`);
    await second.finish();
  });
} finally {
  clearInterval(watch);
  await rm(folder, { recursive: true, force: true });
}
