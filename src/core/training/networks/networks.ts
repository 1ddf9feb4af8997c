import { unknownNetwork } from '../../errors.ts';
import type { Dimension, GraphValue } from '../../onnx/graphBuilder.ts';
import type { NetworkScope } from '../scope.ts';
import { resnet, resnetDim, stageName, type ResnetOptions } from './resnet.ts';

/** A network that can be trained from scratch. */
export interface NetworkDefinition {
  readonly id: string;
  /** One line for people who choose. */
  readonly description: string;
  /** Length of the representation. */
  readonly dim: number;
  readonly options: Pick<ResnetOptions, 'widths' | 'blocks' | 'strides' | 'centred' | 'layout'>;
}

const definitions: readonly Omit<NetworkDefinition, 'dim'>[] = [
  {
    id: 'resnet10',
    description: 'ResNet-10, 1.2 million weights: the default',
    options: { widths: [32, 64, 128, 256], blocks: [1, 1, 1, 1] },
  },
  {
    id: 'resnet10-light',
    description: 'ResNet-10 of half the width, 0.3 million weights: about a third of the time, for quick runs',
    options: { widths: [16, 32, 64, 128], blocks: [1, 1, 1, 1] },
  },
  {
    id: 'resnet14-fast',
    description: 'ResNet-14, 1.3 million weights, most of its layers where pictures are small: about half of the time',
    options: { widths: [32, 64, 128, 192], blocks: [1, 2, 2, 1], strides: [2, 2, 2, 1], centred: true, layout: 16 },
  },
  {
    id: 'resnet14',
    description:
      'ResNet-14 of half as much width again, 2.8 million weights: about as many multiplications as ResNet-10',
    options: { widths: [48, 96, 192, 288], blocks: [1, 2, 2, 1], strides: [2, 2, 2, 1], centred: true, layout: 16 },
  },
  {
    id: 'resnet18-wide',
    description: 'ResNet-18, 11 million weights: about ten times the work, for GPUs',
    options: { widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2] },
  },
];

export const NETWORKS: ReadonlyMap<string, NetworkDefinition> = new Map(
  definitions.map((entry) => [entry.id, { ...entry, dim: resnetDim(entry.options) }]),
);
export const DEFAULT_NETWORK = 'resnet10';

/** Up to this size in pixels the first convolution keeps the resolution. */
const SMALL_IMAGE = 32;

/** Rejects with usage, naming those there are. */
export function networkDefinition(id: string): NetworkDefinition {
  const definition = NETWORKS.get(id);
  if (definition === undefined) throw unknownNetwork(id, [...NETWORKS.keys()]);
  return definition;
}

/** The parts of a network in the order in which pictures pass them: the first words of its parameters' names. */
export function networkParts(id: string): readonly string[] {
  return ['stem', ...networkDefinition(id).options.widths.map((_, stage) => stageName(stage))];
}

/** The part that a parameter or statistic belongs to: of the network, or of what comes after it. */
export function partOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

/** Stride of the first convolution where nothing else is said. @param size height of the pictures in pixels */
export function defaultStemStride(size: Dimension | undefined): 1 | 2 {
  return typeof size === 'number' && size <= SMALL_IMAGE ? 1 : 2;
}

/**
 * Writes a network's forward pass.
 *
 * @param images float32 `[N, 3, size, size]`, normalised
 * @param stemStride other than what the size suggests
 * @returns the representation h, `[N, dim]`
 */
export function encoderNetwork(
  scope: NetworkScope,
  images: GraphValue,
  id: string,
  stemStride: 1 | 2 = defaultStemStride(images.shape?.[2]),
): GraphValue {
  return resnet(scope, images, { ...networkDefinition(id).options, stemStride });
}
