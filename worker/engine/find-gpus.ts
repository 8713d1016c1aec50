import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 5000;

/** An NVIDIA GPU of this machine. */
export interface LocalGpu {
  readonly index: number;
  readonly product: string;
  readonly freeMiB: number;
}

/** The machine's GPUs by nvidia-smi; none when it is missing or fails. */
export async function findGpus(): Promise<LocalGpu[]> {
  try {
    const query = ['--query-gpu=index,name,memory.free', '--format=csv,noheader,nounits'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: TIMEOUT_MS });
    return parseGpus(stdout);
  } catch {
    return [];
  }
}

/** Reads nvidia-smi's `index, name, memory.free` lines. */
export function parseGpus(csv: string): LocalGpu[] {
  return csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 3)
    .map(([index, product, freeMiB]) => ({
      index: Number(index),
      product: product!,
      freeMiB: Number(freeMiB),
    }))
    .filter(({ index, freeMiB }) => Number.isInteger(index) && Number.isFinite(freeMiB));
}
