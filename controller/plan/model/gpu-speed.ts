import type { Gpu } from '../problem.ts';

/**
 * Dense FP32 throughput of the data sheets relative to the Tesla T4 (8.1 TFLOPS), first match wins. It stands in for measurements:
 * every rate that rests on it is called a guess.
 */
const SPEEDS: readonly (readonly [product: RegExp, speed: number])[] = [
  [/\bM4\b/, 0.3],
  [/\bK80\b/, 0.5],
  [/\bM60\b/, 0.6],
  [/\bM40\b/, 0.8],
  [/\bP4\b/, 0.7],
  [/\bP40\b/, 1.5],
  [/\bP100\b/, 1.2],
  [/\bV100S?\b/, 1.9],
  [/\bT4G?\b/, 1],
  [/\bA2\b/, 0.55],
  [/\bA10G?\b/, 3.9],
  [/\bA16\b/, 0.55],
  [/\bA30\b/, 1.3],
  [/\bA40\b/, 4.6],
  [/\bA100\b/, 2.4],
  [/\bA800\b/, 2.4],
  [/\bL4\b/, 3.7],
  [/\bL40S?\b/, 11.2],
  [/\bH(100|800)-?(PCIe|NVL)\b/i, 6.3],
  [/\bH20\b/, 5.4],
  [/\bG?H(100|200|800)\b/, 8.3],
  [/\bG?B[1-3]00\b/, 9.9],
  [/(?:\b|RTX)A6000\b/, 4.8],
  [/(?:\b|RTX)A5000\b/, 3.4],
  [/(?:\b|RTX)A4500\b/, 2.9],
  [/(?:\b|RTX)A4000\b/, 2.4],
  [/(?:\b|RTX)A2000\b/, 1],
  [/\bRTX-?PRO-?6000\b/i, 15],
  [/\bRTX-?6000-?Ada\b/i, 11.2],
  [/\bRTX-?5000-?Ada\b/i, 8.1],
  [/\bRTX-?[68]000\b/, 2],
  [/\bRTX-?5000\b/, 1.4],
  [/\bRTX-?4000\b/, 0.9],
  [/\bRTX-?5090\b/, 12.9],
  [/\bRTX-?5080\b/, 6.9],
  [/\bRTX-?5070\b/, 3.8],
  [/\bRTX-?4090\b/, 10.2],
  [/\bRTX-?4080\b/, 6],
  [/\bRTX-?4070\b/, 3.6],
  [/\bRTX-?4060\b/, 1.9],
  [/\bRTX-?3090\b/, 4.4],
  [/\bRTX-?3080\b/, 3.7],
  [/\bRTX-?3070\b/, 2.5],
  [/\bRTX-?3060\b/, 1.6],
  [/\bRTX-?2080-?Ti\b/i, 1.7],
  [/\bRTX-?2080\b/, 1.2],
  [/\bRTX-?2070\b/, 0.9],
  [/\bGTX-?1080-?Ti\b/i, 1.4],
  [/\bGTX-?1080\b/, 1.1],
  [/\bGTX-?1070\b/, 0.8],
  [/\bW7900\b/, 7.6],
  [/\bMI100\b/, 2.9],
  [/\bMI210\b/, 2.8],
  [/\bMI250X?\b/, 5.6],
  [/\bMI3\d\d[AX]?\b/, 20],
];

/** MIG slices of the compute of one GPU. */
const MIG_SLICES = 7;

/**
 * Speed of one device relative to the reference GPU, the Tesla T4: its own when it is known, else by product (unknown products count
 * as 1). MPS shares it evenly, MIG by compute slices; time-slicing leaves it whole, for a worker is alone on its GPU.
 */
export function gpuSpeed({ product, sharing, speed }: Pick<Gpu, 'product' | 'sharing' | 'speed'>): number {
  return speed ?? productSpeed(product) * sharedPart(sharing);
}

/** Speed of a whole GPU of that product; `-`, `_` and spaces separate words. */
export function productSpeed(product: string): number {
  const words = product.replaceAll('_', '-').replaceAll(' ', '-');
  return SPEEDS.find(([pattern]) => pattern.test(words))?.[1] ?? 1;
}

function sharedPart(sharing: Gpu['sharing']): number {
  switch (sharing.kind) {
    case 'mps':
      return 1 / sharing.replicas;
    case 'mig':
      return Math.min(1, Number(/^(\d+)(?:c\.\d+)?g\./.exec(sharing.profile)?.[1] ?? 1) / MIG_SLICES);
    case 'none':
    case 'timeSlicing':
      return 1;
  }
}
