import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ValueInfoProto } from '../../proto/gen/onnx/onnx_pb.ts';
import { toDimension } from './onnx-graph.ts';

/**
 * An ONNX model whose inputs and outputs have a fixed first dimension of 1, with that dimension made the variable batch `N`. Everything
 * else stays byte for byte. It is for the caller to know that no node inside fixes the batch.
 * @throws TypeError when an input or output does not start with a dimension of 1
 */
export function openBatch(onnx: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, onnx);
  if (model.graph === undefined) throw new TypeError('the model has no graph');
  for (const value of [...model.graph.input, ...model.graph.output]) openFirstDimension(value);
  return toBinary(ModelProtoSchema, model);
}

function openFirstDimension({ name, type }: ValueInfoProto): void {
  const dims = type?.value.case === 'tensorType' ? type.value.value.shape?.dim : undefined;
  const first = dims?.[0]?.value;
  if (dims === undefined || first?.case !== 'dimValue' || first.value !== 1n) {
    throw new TypeError(`${name} does not start with a dimension of 1`);
  }
  dims[0] = toDimension('N');
}
