import type { OnnxGraph } from './onnx-graph.ts';

/** [batch, height, width, channels] → [batch, channels, height, width], the layout of ONNX's convolutions. */
export function toChannelsFirst(graph: OnnxGraph, value: string): string {
  return graph.node('Transpose', [value], { perm: [0, 3, 1, 2] });
}

/** The inverse of `toChannelsFirst`. onnxruntime cancels the pairs. */
export function toChannelsLast(graph: OnnxGraph, value: string): string {
  return graph.node('Transpose', [value], { perm: [0, 2, 3, 1] });
}
