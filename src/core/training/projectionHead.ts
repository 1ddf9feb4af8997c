import type { GraphValue } from '../onnx/graphBuilder.ts';
import { batchNormalization, linear } from './layers.ts';
import type { NetworkScope } from './scope.ts';

export interface ProjectionHeadOptions {
  /** 2 as in SimCLR, 3 as in SimCLRv2. */
  readonly layers: 2 | 3;
  /** Length of the hidden layers; that of the representation by default. */
  readonly hidden?: number;
  /** Length of z. */
  readonly outputs: number;
}

/** Name of a layer's parameters before the dot; the same in pretraining and in fine-tuning, which takes the first over. */
const layerName = (layer: number) => `head.layer${layer}`;

/** Standard deviation of the first weights in the reference implementation. */
const STANDARD_DEVIATION = 0.01;

/**
 * The projection head of SimCLRv2 (T. Chen et al., "Big self-supervised models are strong semi-supervised learners",
 * NeurIPS 2020, https://arxiv.org/abs/2006.10029): fully connected layers without bias, each followed by a batch
 * normalisation; ReLU between them; the last normalisation has a scale and no shift.
 *
 * @param representation h, `[N, dim]`
 * @returns every layer's output in order: hidden ones after ReLU, then z `[N, outputs]`
 */
export function projectionHead(
  scope: NetworkScope,
  representation: GraphValue,
  { layers, hidden, outputs }: ProjectionHeadOptions,
): GraphValue[] {
  const width = hidden ?? (representation.shape?.[1] as number);
  const values: GraphValue[] = [];
  let value = representation;
  for (let layer = 1; layer <= layers; layer++) {
    const last = layer === layers;
    const normalized = normalizedLayer(scope, value, layerName(layer), last ? outputs : width, !last);
    value = last ? normalized : scope.graph.op('Relu', [normalized]);
    values.push(value);
  }
  return values;
}

/**
 * The first layer of the projection head alone, after normalisation and ReLU: what SimCLRv2 keeps of the head when it
 * fine-tunes.
 *
 * @param representation h, `[N, dim]`
 * @param width length of the layer; that of the representation by default
 * @returns `[N, width]`
 */
export function keptProjection(
  scope: NetworkScope,
  representation: GraphValue,
  width = representation.shape?.[1] as number,
): GraphValue {
  return scope.graph.op('Relu', [normalizedLayer(scope, representation, layerName(1), width, true)]);
}

function normalizedLayer(
  scope: NetworkScope,
  input: GraphValue,
  name: string,
  outputs: number,
  shift: boolean,
): GraphValue {
  const product = linear(scope, input, name, { outputs, standardDeviation: STANDARD_DEVIATION });
  return batchNormalization(scope, product, `${name}.normalization`, { shift });
}
