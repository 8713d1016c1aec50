import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productMemoryMiB, productMemoryTable } from '../../../../controller/plan/capacity/product-memory.ts';

/** What nvidia-smi or the GPU feature discovery reports as the total of each; a guess must not be more. */
const REPORTED: readonly (readonly [product: string, totalMiB: number])[] = [
  ['Tesla-T4', 15109],
  ['Tesla-T4-SHARED', 15109],
  ['nvidia-tesla-t4', 15109],
  ['Tesla-P40', 22919],
  ['Tesla-V100-SXM2-16GB', 16130],
  ['Tesla-V100-SXM2-32GB', 32480],
  ['A100-SXM4-40GB', 39538],
  ['NVIDIA-A100-SXM4-80GB', 81252],
  ['nvidia-tesla-a100', 39538],
  ['nvidia-a100-80gb', 81252],
  ['NVIDIA-A10G', 22515],
  ['NVIDIA-L4', 23034],
  ['NVIDIA-L40S', 45634],
  ['NVIDIA-H100-80GB-HBM3', 81559],
  ['NVIDIA-H200', 143771],
  ['NVIDIA-RTX-A6000', 45634],
  ['NVIDIA-GeForce-RTX-2080-Ti', 11016],
  ['NVIDIA-GeForce-RTX-4090', 24564],
  ['A100-SXM4-40GB-MIG-1g.5gb', 4864],
  ['NVIDIA-A100-SXM4-80GB-MIG-1c.3g.40gb', 40320],
  ['NVIDIA-GH200-480GB', 97871],
  ['NVIDIA-RTX-6000-Ada-Generation', 46068],
  ['NVIDIA-GH200-480GB-MIG-1g.12gb', 11008],
  ['AMD_Instinct_MI300X_OAM', 196592],
];

for (const [product, totalMiB] of REPORTED) {
  test(`the guess for ${product} is close to what it reports, and never more`, () => {
    const guess = productMemoryMiB(product);
    assert.ok(guess !== null && guess <= totalMiB && guess >= 0.8 * totalMiB, `${guess} of ${totalMiB}`);
  });
}

test('names that tell nothing give no guess', () => {
  for (const product of [
    '',
    'NVIDIA-Graphics-Device',
    'T400',
    'A100X-Next',
    'L400',
    '0GB',
    'NVIDIA-X-MIG-INVALID',
  ]) {
    assert.equal(productMemoryMiB(product), null, product);
  }
});

test('every model of the table has a positive guess and none is found by the name of another', () => {
  for (const [model, assumedMiB] of productMemoryTable()) {
    assert.ok(assumedMiB > 3000, model);
    assert.equal(productMemoryMiB(`NVIDIA-${model}-SHARED`), assumedMiB, model);
  }
});
