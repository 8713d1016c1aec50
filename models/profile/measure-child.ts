import { openOnnxSession } from '../../worker/engine/onnx-session.ts';
import type { Session } from '../../worker/engine/session.ts';
import { floatTensor, type Tensors } from '../../worker/engine/tensor.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { Measurement, MeasureReply, MeasureRequest } from './measurement.ts';

const MIB = 2 ** 20;
const WARM_UP_RUNS = 2;
const LEAST_RUNS = 5;

process.once('message', async (request: MeasureRequest) => {
  let reply: MeasureReply;
  try {
    reply = { type: 'measured', measurement: await measure(request) };
  } catch (error) {
    const code = error instanceof FacefleetError ? error.code : null;
    reply = { type: 'failed', code, message: errorText(error) };
  }
  process.send?.(reply);
});
// the memory is held until the parent has looked at it
process.once('disconnect', () => process.exit(0));

async function measure(request: MeasureRequest): Promise<Measurement> {
  const { batch } = request;
  const beforeMiB = process.memoryUsage.rss() / MIB;
  const { session } = await openOnnxSession({
    modelPath: request.modelPath,
    providers: [request.provider],
    threads: 1,
    deviceId: request.deviceId,
  });
  const feeds = {
    [request.inputName]: floatTensor(noise(batch, request.itemDims), [batch, ...request.itemDims]),
  };
  for (let i = 0; i < WARM_UP_RUNS; i++) await session.run(feeds);
  const timesMs = await timed(session, feeds, request.durationMs);
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return {
    batch,
    residentMiB: Math.max(0, Math.ceil(peakMiB - beforeMiB)),
    itemsPerSecond: (1000 * batch) / timesMs[Math.floor(timesMs.length / 4)]!,
    runs: timesMs.length,
  };
}

/** Times of the runs, ms, shortest first. */
async function timed(session: Session, feeds: Tensors, durationMs: number): Promise<number[]> {
  const timesMs: number[] = [];
  const endMs = performance.now() + durationMs;
  while (timesMs.length < LEAST_RUNS || performance.now() < endMs) {
    const startMs = performance.now();
    await session.run(feeds);
    timesMs.push(performance.now() - startMs);
  }
  return timesMs.sort((a, b) => a - b);
}

/** The same values in 0..1 every time, from a linear congruential generator (Numerical Recipes' constants). */
function noise(batch: number, itemDims: readonly number[]): Float32Array {
  const values = new Float32Array(itemDims.reduce((product, dim) => product * dim, batch));
  let state = 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 32;
  }
  return values;
}
