import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { ensureModel } from '../../models/ensure-model.ts';
import { ensureSamples } from '../../models/samples.ts';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import { processUsage } from '../fixtures/process-usage.ts';
import { bareDecode, bareEncode, bareSession, cpuSeconds, cropPixels } from './bare-work.ts';

/**
 * npm run bench:extract [-- FOLDER]: extracts 60 photos of at least one megapixel (the folder's, else the sample photos, repeated)
 * and compares the wall time with the floor: the CPU time of the bare work, each part run alone, divided by the cores.
 */
const FRAMES = 60;
const LONG_RUN_FRAMES = 600;
const MIN_PIXELS = 1_000_000;
const RUNS = 3;

const cores = availableParallelism();
const photos = await largePhotos(process.argv[2] ?? (await ensureSamples()));

await temporaryFolder(async (folder) => {
  const input = join(folder, 'in');
  const paths = await repeat(photos, FRAMES, input);
  let best: Run | null = null;
  for (let i = 0; i < RUNS; i++) {
    const run = await extract(input, join(folder, `out-${i}`));
    if (best === null || run.wallSeconds < best.wallSeconds) best = run;
  }
  const { wallSeconds, cpuSeconds: cpu, faces, peakRssMiB } = best!;

  const crops = (await readdir(join(folder, 'out-0', 'faces'))).map((name) =>
    join(folder, 'out-0', 'faces', name),
  );
  const detector = (await ensureModel('ultraface')).path;
  const aligner = (await ensureModel('mediapipe478')).path;
  const pictures = await cropPixels(crops);
  const parts = {
    decode: await cpuSeconds(() => bareDecode(paths)),
    detect: await cpuSeconds(() => bareSession(detector, [1, 3, 240, 320], FRAMES)),
    align: await cpuSeconds(() => bareSession(aligner, [1, 256, 256, 3], 2 * faces)),
    encode: await cpuSeconds(() => bareEncode(pictures)),
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const floor = total / cores;
  print('photos', `${FRAMES} (${photos.length} different), ${faces} faces`);
  print('rate', `${(FRAMES / wallSeconds).toFixed(2)} frames/s, ${(faces / wallSeconds).toFixed(2)} faces/s`);
  print('wall', `${wallSeconds.toFixed(2)} s, best of ${RUNS}, process start and model load included`);
  print('floor', `${floor.toFixed(2)} s = ${total.toFixed(2)} CPU s of bare work / ${cores} cores`);
  for (const [name, seconds] of Object.entries(parts)) {
    print(`  ${name}`, `${seconds.toFixed(2)} CPU s, ${((100 * seconds) / total).toFixed(0)} %`);
  }
  print('efficiency', (floor / wallSeconds).toFixed(3));
  print('cores busy', `${(cpu / wallSeconds).toFixed(2)} of ${cores}; ${cpu.toFixed(2)} CPU s in all`);
  print('peak RSS', `${peakRssMiB.toFixed(0)} MiB at ${FRAMES} frames`);

  const longInput = join(folder, 'long');
  await repeat(photos, LONG_RUN_FRAMES, longInput);
  const long = await extract(longInput, join(folder, 'out-long'));
  const growth = (100 * (long.peakRssMiB - peakRssMiB)) / peakRssMiB;
  print(
    'peak RSS',
    `${long.peakRssMiB.toFixed(0)} MiB at ${LONG_RUN_FRAMES} frames (${growth.toFixed(1)} %)`,
  );
  print('rate', `${(LONG_RUN_FRAMES / long.wallSeconds).toFixed(2)} frames/s at ${LONG_RUN_FRAMES} frames`);
});

interface Run {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly faces: number;
  readonly peakRssMiB: number;
}

/** One extraction in a process of its own. */
async function extract(input: string, output: string): Promise<Run> {
  const bin = new URL('../../controller/cli/bin.ts', import.meta.url).pathname;
  const start = performance.now();
  const child = spawn(process.execPath, [bin, 'extract', input, output, '-o', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  let peakRssMiB = 0;
  let cpuMs = 0;
  const sample = setInterval(() => {
    const usage = processUsage(child.pid!);
    peakRssMiB = Math.max(peakRssMiB, usage.peakRssMiB);
    cpuMs = Math.max(cpuMs, usage.cpuMs);
  }, 50);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sample);
  if (code !== 0) throw new Error(`the extraction ended with exit code ${code}`);
  const summary = JSON.parse(text.trim().split('\n').at(-1)!) as { faces: number };
  return {
    wallSeconds: (performance.now() - start) / 1000,
    cpuSeconds: cpuMs / 1000,
    faces: summary.faces,
    peakRssMiB,
  };
}

async function largePhotos(folder: string): Promise<string[]> {
  const paths = (await readdir(folder)).sort().map((name) => join(folder, name));
  const large: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isFile()) continue;
    const { width = 0, height = 0 } = await sharp(path)
      .metadata()
      .catch(() => ({ width: 0, height: 0 }));
    if (width * height >= MIN_PIXELS) large.push(path);
  }
  if (large.length === 0) throw new Error(`${folder} holds no photo of at least ${MIN_PIXELS} pixels`);
  return large;
}

async function repeat(sources: readonly string[], count: number, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const from = sources[i % sources.length]!;
    const path = join(folder, `${String(i).padStart(4, '0')}${extname(from)}`);
    await copyFile(from, path);
    paths.push(path);
  }
  return paths;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(12)} ${value}\n`);
}
