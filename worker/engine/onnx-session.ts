import * as ort from 'onnxruntime-node';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { OpenedSession, Provider, Session, SkippedProvider } from './session.ts';
import type { Tensor, Tensors } from './tensor.ts';

/** What to open and how. */
export interface SessionOptions {
  readonly modelPath: string;
  /** Tried in this order; the first that loads the model runs it. onnxruntime itself never falls back. */
  readonly providers: readonly Provider[];
  /** Threads inside one operator; several one-thread sessions usually beat one session with many. */
  readonly threads: number;
  /** Device index for cuda and tensorrt. */
  readonly deviceId?: number;
}

// what goes wrong is thrown; a provider that is missing would print lines of its own before
ort.env.logLevel = 'fatal';

const OUT_OF_MEMORY = /out of memory|failed to allocate|CUDA_ERROR_OUT_OF_MEMORY|bad_alloc/i;

/**
 * Opens a model with the first provider that can load it.
 * @throws FacefleetError FF3001 when no listed provider is available, FF3002 when the model itself is at fault,
 *   FF3004 when memory does not suffice
 */
export async function openOnnxSession(options: SessionOptions): Promise<OpenedSession> {
  const skipped: SkippedProvider[] = [];
  for (const provider of options.providers) {
    try {
      const session = await ort.InferenceSession.create(options.modelPath, {
        executionProviders: [providerConfig(provider, options.deviceId)],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        logSeverityLevel: 4,
      });
      return { session: wrap(session), provider, skipped };
    } catch (error) {
      const reason = errorText(error);
      if (OUT_OF_MEMORY.test(reason)) {
        throw new FacefleetError('FF3004', `${options.modelPath} on ${provider}: ${reason}`, {
          cause: error,
        });
      }
      if (provider === 'cpu') {
        throw new FacefleetError('FF3002', `${options.modelPath}: ${reason}`, { cause: error });
      }
      skipped.push({ provider, reason });
    }
  }
  const tried = skipped.map((skip) => `${skip.provider} (${skip.reason})`).join(', ');
  throw new FacefleetError('FF3001', tried || 'the list is empty');
}

function providerConfig(
  provider: Provider,
  deviceId: number | undefined,
): ort.InferenceSession.ExecutionProviderConfig {
  if (deviceId === undefined || provider === 'cpu' || provider === 'webgpu') return provider;
  return { name: provider, deviceId };
}

function wrap(session: ort.InferenceSession): Session {
  return {
    async run(inputs: Tensors): Promise<Tensors> {
      const feeds: Record<string, ort.Tensor> = {};
      for (const [name, tensor] of Object.entries(inputs)) feeds[name] = toOrt(tensor);
      try {
        const outputs = await session.run(feeds);
        return Object.fromEntries(
          Object.entries(outputs).map(([name, tensor]) => [name, fromOrt(name, tensor)]),
        );
      } catch (error) {
        if (OUT_OF_MEMORY.test(errorText(error))) {
          throw new FacefleetError('FF3004', errorText(error), { cause: error });
        }
        throw error;
      }
    },
    release: () => session.release(),
  };
}

function toOrt(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(tensor.type, tensor.data as never, [...tensor.dims]);
}

function fromOrt(name: string, tensor: ort.Tensor): Tensor {
  const { type, data, dims } = tensor;
  if (type === 'float32') return { type, data: data as Float32Array, dims };
  if (type === 'int64') return { type, data: data as BigInt64Array, dims };
  if (type === 'uint8') return { type, data: data as Uint8Array, dims };
  throw new TypeError(`model output ${name} has the unsupported type ${type}`);
}
