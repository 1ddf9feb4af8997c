import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { numbersOfTensor, numericTensor } from './tensors.ts';

/** What BatchNormalization adds to the variance where the node doesn't say. */
const USUAL_EPSILON = 1e-5;

/**
 * The same model with each BatchNormalization that follows a Conv worked into its weights and its bias, as long as all of that is
 * constant and nothing else reads the Conv: y = (x − mean) · scale / √(variance + ε) + shift is one more multiplication and sum a
 * channel. The Conv takes the name of the normalisation's result.
 */
export function withFoldedNormalizations(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const readers = readersOf(model);
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const replaced = new Map<OnnxNode, OnnxNode | undefined>();
  const added: OnnxTensor[] = [];
  for (const normalization of graph.node) {
    if (normalization.opType !== 'BatchNormalization') continue;
    const convolution = producers.get(normalization.input[0]!);
    if (convolution?.opType !== 'Conv' || readers.get(convolution.output[0]!) !== 1) continue;
    const folded = foldedInto(convolution, normalization, constants);
    if (folded === undefined) continue;
    replaced.set(convolution, folded.node).set(normalization, undefined);
    added.push(...folded.constants);
  }
  const node = graph.node.flatMap((entry) => (replaced.has(entry) ? (replaced.get(entry) ?? []) : entry));
  const read = new Set(node.flatMap(({ input }) => input));
  const initializer = [...graph.initializer, ...added].filter(({ name }) => read.has(name ?? ''));
  return { ...model, graph: { ...graph, node, initializer } };
}

function foldedInto(
  convolution: OnnxNode,
  normalization: OnnxNode,
  constants: ReadonlyMap<string, OnnxTensor>,
): { readonly node: OnnxNode; readonly constants: readonly OnnxTensor[] } | undefined {
  const numbers = (name: string | undefined) => {
    const tensor = name === undefined ? undefined : constants.get(name);
    return tensor && numbersOfTensor(tensor);
  };
  const [data, weightName, biasName] = convolution.input;
  const weight = numbers(weightName);
  const [scale, shift, mean, variance] = normalization.input.slice(1).map(numbers);
  const bias = biasName === undefined || biasName === '' ? undefined : numbers(biasName);
  if (!weight || !scale || !shift || !mean || !variance || (biasName && !bias)) return undefined;
  const epsilon = normalization.attribute.find(({ name }) => name === 'epsilon')?.f ?? USUAL_EPSILON;
  const factors = Float64Array.from(scale, (value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  const perChannel = weight.length / scale.length;
  const dims = constants.get(weightName!)!.dims;
  const [result] = normalization.output;
  const names = { weight: `${result!}/weight`, bias: `${result!}/bias` };
  return {
    node: { ...convolution, input: [data!, names.weight, names.bias], output: [result!] },
    constants: [
      {
        ...numericTensor(
          'float32',
          dims,
          Array.from(weight, (value, i) => value * factors[Math.floor(i / perChannel)]!),
        ),
        name: names.weight,
      },
      {
        ...numericTensor(
          'float32',
          [scale.length],
          Array.from(shift, (value, channel) => value + ((bias?.[channel] ?? 0) - mean[channel]!) * factors[channel]!),
        ),
        name: names.bias,
      },
    ],
  };
}

/** How often each value is read, by nodes or as a result of the graph. */
export function readersOf({ graph }: OnnxModel): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const names = [...graph.node.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)];
  for (const name of names) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}
