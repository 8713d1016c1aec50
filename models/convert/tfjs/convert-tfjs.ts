import { DATA_TYPE, type Dim, OnnxGraph } from '../onnx-graph.ts';
import { OPERATORS } from './operators.ts';
import { readTfjsModel, readTfjsWeights, type TfjsNode, type TfjsWeight } from './read-tfjs.ts';

/** What the rules of single operators work on. */
export interface TfjsConversion {
  readonly graph: OnnxGraph;
  /** ONNX name of an input's value; nodes and constants are added when first used. */
  value(input: string): string;
  /** The node that makes an input; undefined for a constant. */
  node(input: string): TfjsNode | undefined;
  /** A constant input. */
  weight(input: string): TfjsWeight;
}

/**
 * A tfjs graph model with one input, which labels pixels, as ONNX bytes. The layout is NHWC; the output is `labels`, uint8.
 * @param files the weights manifest's paths and their bytes
 * @param options.name the graph's name
 * @param options.input shape given to the graph's placeholder
 * @param options.output the node whose value becomes `labels`, integers below 256
 * @param options.labels shape of the output
 * @throws TypeError for operators that have no rule; RangeError or a zod error when the files are no such model
 */
export function convertTfjs(
  modelJson: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  options: { name: string; input: readonly Dim[]; output: string; labels: readonly Dim[] },
): Uint8Array {
  const { nodes, manifest } = readTfjsModel(modelJson);
  const weights = readTfjsWeights(manifest, files);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const graph = new OnnxGraph(options.name);
  const values = new Map<string, string>();
  const conversion: TfjsConversion = {
    graph,
    node: (input) => byName.get(nodeName(input)),
    weight(input) {
      const weight = weights.get(nodeName(input));
      if (weight === undefined) throw new TypeError(`${input} is no constant`);
      return weight;
    },
    value(input) {
      const name = nodeName(input);
      const known = values.get(name);
      if (known !== undefined) return known;
      const made = make(name, byName.get(name), conversion, weights, options.input);
      values.set(name, made);
      return made;
    },
  };
  graph.node('Cast', [conversion.value(options.output)], { to: DATA_TYPE.uint8 }, 'labels');
  graph.output('labels', 'uint8', options.labels);
  return graph.build();
}

function nodeName(input: string): string {
  const [name = ''] = input.replace(/^\^/, '').split(':');
  return name;
}

function make(
  name: string,
  node: TfjsNode | undefined,
  conversion: TfjsConversion,
  weights: ReadonlyMap<string, TfjsWeight>,
  inputShape: readonly Dim[],
): string {
  const weight = weights.get(name);
  if (weight !== undefined) {
    const { data, shape } = weight;
    if (data instanceof Int32Array) return conversion.graph.integers([...data], shape, `w/${name}`);
    return conversion.graph.floats(data, shape, `w/${name}`);
  }
  if (node === undefined) throw new TypeError(`the graph has no node ${name}`);
  if (node.op === 'Placeholder') return conversion.graph.input(name, 'float32', inputShape);
  const rule = OPERATORS[node.op];
  if (rule === undefined) throw new TypeError(`no rule for operator ${node.op}`);
  return rule(node, conversion);
}
