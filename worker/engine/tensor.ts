/** A dense tensor as it crosses the session border; `dims` multiply to `data.length`. */
export type Tensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly dims: readonly number[]; readonly data: Uint8Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

/** Tensors by the model's input or output names. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A float32 tensor over `data`. */
export function floatTensor(data: Float32Array, dims: readonly number[]): Tensor {
  return { type: 'float32', dims, data };
}

/**
 * The float32 values of item `item` of a batched output.
 * @throws TypeError when the output is missing or has another type
 */
export function itemFloats(outputs: Tensors, name: string, item: number): Float32Array {
  const tensor = outputs[name];
  if (tensor?.type !== 'float32') {
    throw new TypeError(`model output ${name} is ${tensor ? tensor.type : 'missing'}, expected float32`);
  }
  const perItem = tensor.data.length / (tensor.dims[0] ?? 1);
  return tensor.data.subarray(item * perItem, (item + 1) * perItem);
}
