import { amdLabel } from './gpu-product.ts';
import type { GpuResource } from './gpu-resource.ts';
import { productMemoryMiB } from './product-memory.ts';
import { wholeNumberLabel } from './whole-number-label.ts';

/** Memory of one whole device or MIG slice, and whether a label said so. */
export type GpuMemory =
  | { readonly known: true; readonly totalMiB: number; readonly guessed: boolean }
  | {
      readonly known: false;
      readonly code: 'GpuMemoryUnknown' | 'GpuLabelsInvalid';
      readonly sentence: string;
    };

const AMD_VRAM = /^(\d{1,6})\s*(?:(G)(?:i?B)?|(M)(?:i?B)?)$/i;
/** What labels nodes with what is known of their GPUs. */
const LABELLER = { nvidia: "NVIDIA's GPU feature discovery", amd: "AMD's node labeller" } as const;
/** AMD's labeller rounds to whole GiB. */
const AMD_ROUNDING_MIB = 512;

/**
 * Memory of one device by the node's labels, else by its product's name.
 * @param product null when nothing names it
 */
export function gpuMemory(
  resource: GpuResource,
  product: string | null,
  labels: Readonly<Record<string, string>>,
): GpuMemory {
  if (product !== null && /-MIG-INVALID$/.test(product)) {
    return refused(
      'GpuLabelsInvalid',
      `the label product says ${product}: its MIG layout and MIG strategy do not match`,
    );
  }
  if (isPartition(resource)) {
    return refused('GpuMemoryUnknown', 'no label tells the memory of a partition');
  }
  const label = resource.vendor === 'amd' ? `amd.com/gpu.vram` : `${resource.labels}.memory`;
  const told =
    resource.vendor === 'amd' ? amdMemoryMiB(amdLabel(labels, 'vram')) : wholeNumberLabel(labels[label]);
  if (Number.isNaN(told)) return refused('GpuLabelsInvalid', `the label ${label} is no amount of memory`);
  // the feature discovery leaves 0 where the driver cannot tell, as for GPUs that share the host's memory
  if (told !== null && told > 0) return { known: true, totalMiB: told, guessed: false };
  const guessMiB = product === null ? null : productMemoryMiB(product);
  if (guessMiB !== null) return { known: true, totalMiB: guessMiB, guessed: true };
  return refused(
    'GpuMemoryUnknown',
    `there is no label ${label}, and ${product === null ? 'no label names the product' : `the memory of ${product} is not in the table`}; ${LABELLER[resource.vendor]} sets it`,
  );
}

function refused(code: 'GpuMemoryUnknown' | 'GpuLabelsInvalid', sentence: string): GpuMemory {
  return { known: false, code, sentence };
}

/** AMD's labels describe whole GPUs. */
function isPartition({ vendor, resource }: GpuResource): boolean {
  return vendor === 'amd' && resource !== 'amd.com/gpu';
}

function amdMemoryMiB(text: string | null): number | null {
  if (text === null) return null;
  const match = AMD_VRAM.exec(text);
  if (match === null) return Number.NaN;
  const [, digits, gib] = match;
  return gib === undefined ? Number(digits) : Number(digits) * 1024 - AMD_ROUNDING_MIB;
}
