/** Reorders a 4-D array: `order[i]` names the source axis that becomes axis `i`. */
export function permuteKernel(
  data: ArrayLike<number>,
  dims: readonly number[],
  order: readonly [number, number, number, number],
): { data: Float32Array; dims: number[] } {
  if (dims.length !== 4) throw new RangeError(`a kernel has 4 dimensions, not ${dims.length}`);
  const strides = [dims[1]! * dims[2]! * dims[3]!, dims[2]! * dims[3]!, dims[3]!, 1];
  const [n0, n1, n2, n3] = order.map((axis) => dims[axis]!) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let i = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++)
        for (let d = 0; d < n3; d++) out[i++] = data[a * s0 + b * s1 + c * s2 + d * s3]!;
  return { data: out, dims: [n0, n1, n2, n3] };
}
