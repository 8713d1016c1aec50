import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { deviceMemory, ofProcess } from './device-memory.ts';
import type { Measurement, MeasureReply, MeasureRequest } from './measurement.ts';

/** A process that has not answered by then is stopped; TensorRT builds its engines for minutes. */
const LIMIT_MS = 900_000;

/** A measurement with the memory it takes where the model runs: on the GPU, or of the process on a CPU. */
export interface MeasuredBatch extends Measurement {
  readonly memoryMiB: number;
}

/**
 * Runs a model in a fresh process and measures memory and speed.
 * @throws FacefleetError FF3001, FF3002 or FF3004 as the engine says; FF3005 when the process dies, hangs or nvidia-smi fails
 */
export async function measureModel(request: MeasureRequest): Promise<MeasuredBatch> {
  const onGpu = request.provider === 'cuda' || request.provider === 'tensorrt';
  const before = onGpu ? await gpuMemory(request.deviceId) : null;
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(new URL(`./measure-child.${extension}`, import.meta.url), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  try {
    const measurement = await reply(child, request);
    if (before === null) return { ...measurement, memoryMiB: measurement.residentMiB };
    return { ...measurement, memoryMiB: ofProcess(child.pid!, before, await gpuMemory(request.deviceId)) };
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

function reply(child: ChildProcess, request: MeasureRequest): Promise<Measurement> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  const { promise, resolve, reject } = Promise.withResolvers<Measurement>();
  const limit = setTimeout(() => {
    child.kill('SIGKILL');
    reject(failure(`no measurement after ${LIMIT_MS / 1000} s`));
  }, LIMIT_MS);
  child.once('error', (error) => reject(failure(errorText(error))));
  child.once('exit', (code, signal) =>
    reject(failure(`the process ended with ${signal ?? code}: ${stderr.trim()}`)),
  );
  child.once('message', (answer: MeasureReply) => {
    if (answer.type === 'measured') resolve(answer.measurement);
    else reject(answered(answer.code, answer.message));
  });
  child.send(request);
  return promise.finally(() => clearTimeout(limit));

  function failure(detail: string): FacefleetError {
    return new FacefleetError('FF3005', `${request.modelPath}, batch ${request.batch}: ${detail}`);
  }

  function answered(code: string | null, message: string): FacefleetError {
    const detail = message.replace(/^FF\d+ [^:]*: /, '');
    if (code === 'FF3001' || code === 'FF3002' || code === 'FF3004') return new FacefleetError(code, detail);
    return failure(message);
  }
}

async function gpuMemory(deviceId: number): ReturnType<typeof deviceMemory> {
  try {
    return await deviceMemory(deviceId);
  } catch (error) {
    throw new FacefleetError('FF3005', `nvidia-smi: ${errorText(error)}`, { cause: error });
  }
}
