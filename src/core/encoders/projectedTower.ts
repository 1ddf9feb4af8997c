import { GraphBuilder, type Dimension, type GraphValue } from '../onnx/graphBuilder.ts';
import { DataType, type OnnxModel, type OnnxNode } from '../onnx/model.ts';
import { writeTrainedHead, type Half, type HeadsShape } from '../training/imageTextHeads.ts';
import type { TensorMap } from '../training/parameters.ts';
import type { EncoderInput, EncoderOutput } from './card.ts';

const TAKEN = 'tower';
const PROJECTED = 'embedding';
/** Since then constants needn't be inputs of the graph. */
const LEAST_IR_VERSION = 4;
const SMALLEST_LENGTH = 1e-12;

export interface ProjectedTower {
  readonly model: OnnxModel;
  /** Its one output, `[N, outputs]`. */
  readonly output: EncoderOutput;
}

export interface Projection {
  readonly half: Half;
  readonly shape: HeadsShape;
  /** Parameters of the head. */
  readonly state: TensorMap;
}

/**
 * A tower with a head trained on its vectors: what `poolOutput` makes of its output, and then the head, as nodes behind those that
 * are there. They use only operators that have stayed the same in all versions that encoders are exported in.
 *
 * @param output that holds the tower's vectors; its other outputs are left out
 */
export function projectedTower(
  tower: OnnxModel,
  output: EncoderOutput,
  layout: EncoderInput['layout'],
  { half, shape, state }: Projection,
): ProjectedTower {
  const opset = tower.opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version;
  const graph = new GraphBuilder('head', opset);
  const declared = declaredDims(tower, output.name);
  const taken = graph.input(TAKEN, 'float32', dimsOf(output, layout, declared));
  const float = graph.op('Cast', [taken], { to: DataType.float32 });
  const unit = normalized(graph, pooled(graph, float, output, layout, declared), output.dim);
  graph.output(PROJECTED, writeTrainedHead(graph, unit, half, shape, state));
  const prefix = freePrefix(tower);
  const model = joined(tower, output.name, graph.build(), prefix);
  return { model, output: { name: `${prefix}${PROJECTED}`, pooling: 'none', dim: shape.outputs } };
}

/** What no name of the tower begins with: it may have been given a head before. */
function freePrefix({ graph }: OnnxModel): string {
  const names = graph.node.flatMap(({ name, output }) => [name ?? '', ...output]);
  const isFree = (prefix: string) => !names.some((name) => name.startsWith(prefix));
  for (let number = 1; ; number++) if (isFree(`head${number}/`)) return `head${number}/`;
}

function joined(tower: OnnxModel, output: string, head: OnnxModel, prefix: string): OnnxModel {
  const names = new Map([[TAKEN, output]]);
  const renamed = (name: string) => (name === '' ? '' : (names.get(name) ?? `${prefix}${name}`));
  const nodes = head.graph.node.map((node): OnnxNode => {
    return {
      ...node,
      ...(node.name !== undefined && { name: renamed(node.name) }),
      input: node.input.map(renamed),
      output: node.output.map(renamed),
    };
  });
  return {
    ...tower,
    irVersion: Math.max(LEAST_IR_VERSION, tower.irVersion),
    graph: {
      ...tower.graph,
      // Whoever reads a network of ours by its name would miss the head.
      name: `${tower.graph.name ?? 'tower'}, projected`,
      node: [...tower.graph.node, ...nodes],
      initializer: [
        ...tower.graph.initializer,
        ...head.graph.initializer.map((tensor) => ({ ...tensor, name: renamed(tensor.name ?? '') })),
      ],
      output: head.graph.output.map((value) => ({ ...value, name: renamed(value.name) })),
    },
  };
}

function declaredDims({ graph }: OnnxModel, name: string): readonly (number | undefined)[] {
  const found = graph.output.find((value) => value.name === name);
  return (found?.type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => dimValue);
}

function dimsOf(
  output: EncoderOutput,
  layout: EncoderInput['layout'],
  declared: readonly (number | undefined)[],
): Dimension[] {
  const { pooling, dim } = output;
  if (pooling === 'none') return ['N', dim];
  if (pooling !== 'gap') return ['N', 'T', dim];
  return isFeaturesFirst(dim, layout, declared) ? ['N', dim, 'H', 'W'] : ['N', 'H', 'W', dim];
}

/** As in `featureAxis`, with the shape as far as the model declares it. */
function isFeaturesFirst(
  dim: number,
  layout: EncoderInput['layout'],
  [, first, , last]: readonly (number | undefined)[],
): boolean {
  if ((first === dim) !== (last === dim)) return first === dim;
  return layout === 'NCHW';
}

/** `[N, dim]`; the mean of positions where there are several. */
function pooled(
  graph: GraphBuilder,
  value: GraphValue,
  { pooling, dim }: EncoderOutput,
  layout: EncoderInput['layout'],
  declared: readonly (number | undefined)[],
): GraphValue {
  const rows = { types: [{ type: 'float32' as const, shape: ['N', dim] }] };
  const flat = (positions: GraphValue) => graph.op('Flatten', [positions], { axis: 1 }, rows);
  const average = (positions: GraphValue) => flat(graph.op('GlobalAveragePool', [positions]));
  switch (pooling) {
    case 'none':
      return flat(value);
    case 'cls':
      return graph.op('Gather', [value, graph.integers([0], [])], { axis: 1 }, rows);
    case 'mean':
      return average(graph.op('Transpose', [value], { perm: [0, 2, 1] }));
    case 'gap':
      return average(
        isFeaturesFirst(dim, layout, declared) ? value : graph.op('Transpose', [value], { perm: [0, 3, 1, 2] }),
      );
  }
}

/** Sums over an axis are written in two ways, depending on the version; a product with ones in one. */
function normalized(graph: GraphBuilder, rows: GraphValue, dim: number): GraphValue {
  const ones = graph.floats(new Float32Array(dim).fill(1), [dim, 1]);
  const squares = graph.op('MatMul', [graph.op('Mul', [rows, rows]), ones]);
  const lengths = graph.op('Max', [graph.op('Sqrt', [squares]), graph.scalar(SMALLEST_LENGTH)]);
  return graph.op('Div', [rows, lengths]);
}
