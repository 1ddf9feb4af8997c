import type { OnnxModel, OnnxTensor } from './model.ts';
import { numbersOfTensor, numericTensor } from './tensors.ts';

/** The axis that steps belong to where the node doesn't say. */
const USUAL_AXIS = 1;

/**
 * A model that rounds to 8-bit integers by pairs of QuantizeLinear and DequantizeLinear, in float32 again: pairs are left out, and
 * integer constants become the numbers that they stand for. Models that compute in integers otherwise stay as they are.
 */
export function withoutRounding(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const sourceOf = new Map(
    graph.node
      .filter(({ opType }) => opType === 'QuantizeLinear')
      .map(({ input, output }) => [output[0]!, input[0]!] as const),
  );
  const alias = new Map<string, string>();
  const added: OnnxTensor[] = [];
  const kept = graph.node.filter((node) => {
    if (node.opType !== 'DequantizeLinear') return true;
    const [rounded, result] = [node.input[0]!, node.output[0]!];
    const source = sourceOf.get(rounded);
    if (source !== undefined) {
      alias.set(result, alias.get(source) ?? source);
      return false;
    }
    const axis = node.attribute.find(({ name }) => name === 'axis')?.i ?? USUAL_AXIS;
    const tensors = node.input.map((name) => constants.get(name));
    const numbers = meantNumbers(tensors, axis);
    if (numbers === undefined) return true;
    added.push({ ...numericTensor('float32', tensors[0]!.dims, numbers), name: result });
    return false;
  });
  // A result of the graph keeps its name.
  const isResult = new Set(graph.output.map(({ name }) => name));
  if ([...alias.keys()].some((name) => isResult.has(name))) return model;
  const renamed = kept.map((node) => ({ ...node, input: node.input.map((name) => alias.get(name) ?? name) }));
  const read = new Set([...renamed.flatMap(({ input }) => input), ...isResult]);
  const node = renamed.filter(({ opType, output }) => opType !== 'QuantizeLinear' || read.has(output[0]!));
  const stillRead = new Set([...node.flatMap(({ input }) => input), ...isResult]);
  const initializer = [...graph.initializer, ...added].filter(({ name }) => stillRead.has(name ?? ''));
  return { ...model, graph: { ...graph, node, initializer } };
}

/** (integer − zero point) · step, with one step and zero point or one of each along an axis; undefined for what is no constant. */
function meantNumbers(
  [integers, step, zero]: readonly (OnnxTensor | undefined)[],
  axis: number,
): Float32Array | undefined {
  const values = integers && numbersOfTensor(integers);
  const steps = step && numbersOfTensor(step);
  if (!values || !steps) return undefined;
  const zeros = zero && numbersOfTensor(zero);
  const dims = integers.dims;
  const place = axis < 0 ? axis + dims.length : axis;
  const inner = dims.slice(place + 1).reduce((product, length) => product * length, 1);
  const at = (i: number) => (steps.length === 1 ? 0 : Math.floor(i / inner) % dims[place]!);
  return Float32Array.from(values, (value, i) => (value - (zeros?.[at(i)] ?? 0)) * steps[at(i)]!);
}
