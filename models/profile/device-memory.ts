import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 10_000;

/** Memory in use on one NVIDIA GPU. */
export interface DeviceMemory {
  /** By all processes, MiB. */
  readonly usedMiB: number;
  /** By process id, MiB. In a container the ids may be those of the host. */
  readonly byPid: ReadonlyMap<number, number>;
}

/** What nvidia-smi says about a GPU's memory. */
export async function deviceMemory(deviceId: number): Promise<DeviceMemory> {
  const [used, processes] = await Promise.all([
    nvidiaSmi(deviceId, '--query-gpu=memory.used'),
    nvidiaSmi(deviceId, '--query-compute-apps=pid,used_memory'),
  ]);
  return { usedMiB: Number(used.trim()), byPid: parseProcesses(processes) };
}

/** Reads nvidia-smi's `pid, used_memory` lines; a memory that it cannot tell (`[N/A]`) is left out. */
export function parseProcesses(csv: string): ReadonlyMap<number, number> {
  const byPid = new Map<number, number>();
  for (const line of csv.split('\n')) {
    const [pid, usedMiB] = line.split(',').map((cell) => Number(cell.trim()));
    if (Number.isInteger(pid) && Number.isFinite(usedMiB) && line.trim() !== '') byPid.set(pid!, usedMiB!);
  }
  return byPid;
}

/** Memory of one process: its own entry, else what the device has more than before. */
export function ofProcess(pid: number, before: DeviceMemory, now: DeviceMemory): number {
  return now.byPid.get(pid) ?? Math.max(0, now.usedMiB - before.usedMiB);
}

async function nvidiaSmi(deviceId: number, query: string): Promise<string> {
  const args = [`--id=${deviceId}`, query, '--format=csv,noheader,nounits'];
  return (await promisify(execFile)('nvidia-smi', args, { timeout: TIMEOUT_MS })).stdout;
}
