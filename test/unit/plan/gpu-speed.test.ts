import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productMemoryTable } from '../../../controller/plan/capacity/product-memory.ts';
import { productSpeed } from '../../../controller/plan/model/gpu-speed.ts';

test('every product whose memory is known has a speed, and not that of a longer or shorter name', () => {
  const asT4 = productMemoryTable()
    .map(([model]) => model)
    .filter((model) => productSpeed(model) === 1);
  // the others would count as a Tesla T4 because nothing is known of them
  assert.deepEqual(asT4.sort(), ['A2000', 'T4', 'T4G']);
  const speeds: readonly (readonly [string, number])[] = [
    ['Quadro-RTX-6000', 2],
    ['NVIDIA-RTX-6000-Ada-Generation', 11.2],
    ['NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition', 15],
    ['NVIDIA-RTX-A6000', 4.8],
    ['NVIDIA-GeForce-RTX-5090', 12.9],
    ['NVIDIA-GeForce-RTX-3060', 1.6],
    ['NVIDIA-GeForce-RTX-2080-Ti', 1.7],
    ['NVIDIA-H20', 5.4],
    ['NVIDIA-H200', 8.3],
    ['Tesla-M40', 0.8],
    ['AMD_Radeon_PRO_W7900', 7.6],
    ['NVIDIA-T1000-8GB', 1],
  ];
  for (const [product, speed] of speeds) assert.equal(productSpeed(product), speed, product);
});
