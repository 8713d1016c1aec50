import type { OnnxGraph } from '../onnx-graph.ts';

/**
 * Applies an ActivationFunctionType of schema.fbs: 0 none, 1 ReLU, 3 ReLU6.
 * @throws TypeError for the others, which no model of the catalogue uses
 */
export function activate(graph: OnnxGraph, value: string, activation: number): string {
  if (activation === 0) return value;
  if (activation === 1) return graph.node('Relu', [value]);
  if (activation === 3) {
    const zero = graph.floats(Float32Array.of(0), [], 'zero');
    return graph.node('Clip', [value, zero, graph.floats(Float32Array.of(6), [], 'six')]);
  }
  throw new TypeError(`no rule for activation ${activation}`);
}
