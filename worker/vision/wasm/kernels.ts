import { assemble } from './module.ts';
import { sumKernels } from './sum-kernels.ts';
import { warpKernels } from './warp-kernels.ts';

// Neither the ES library nor Node's types declare the WebAssembly global of every runtime; this much is used here.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

interface LinearMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

type KernelFunction = (...parameters: number[]) => void;

/** The compiled kernels of this thread, and the memory they work on. */
export interface Kernels {
  readonly warpLinear: KernelFunction;
  readonly warpCubic: KernelFunction;
  readonly sumRows: KernelFunction;
  readonly sumColumns: KernelFunction;
  /** The memory, at least `byteLength` long; views are invalid after the next call. */
  memory(byteLength: number): ArrayBuffer;
}

const PAGE_BYTES = 65536;

function load(): Kernels {
  const module = new WebAssembly.Module(assemble([...warpKernels, ...sumKernels], 1));
  const exports = new WebAssembly.Instance(module).exports;
  const memory = exports.memory as LinearMemory;
  return {
    warpLinear: exports.warpLinear as KernelFunction,
    warpCubic: exports.warpCubic as KernelFunction,
    sumRows: exports.sumRows as KernelFunction,
    sumColumns: exports.sumColumns as KernelFunction,
    memory(byteLength) {
      const missing = byteLength - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
      return memory.buffer;
    },
  };
}

let loaded: Kernels | undefined;

/** The kernels, compiled on the first call in each thread (under a millisecond). */
export function kernels(): Kernels {
  loaded ??= load();
  return loaded;
}
