import type { GraphValue } from '../onnx/graphBuilder.ts';
import { batchNormalization, convolution, linear } from './layers.ts';
import { defaultStemStride, networkDefinition } from './networks/networks.ts';
import type { EncoderShape } from './pretrainProgram.ts';
import type { NetworkScope } from './scope.ts';

/** A map on the way back to the picture. */
interface MirroredMap {
  /** Height and width. */
  readonly size: number;
  readonly filters: number;
}

/**
 * The mirror of an encoder: a linear layer to a map as small as the encoder's last one, then for each halving of the encoder
 * an enlargement to twice the size (each pixel repeated), a convolution to the width that the encoder had there, batch
 * normalisation and ReLU; in the end a convolution to three colours and a sigmoid. Convolutions of enlarged maps leave no
 * checkerboard: A. Odena et al., "Deconvolution and checkerboard artifacts", Distill 2016,
 * https://distill.pub/2016/deconv-checkerboard/. Parameters begin with `decoder.`.
 *
 * @param representation h, `[N, dim]`: all that it knows of the picture
 * @returns pixels from 0 to 1, `[N, 3, size, size]`
 */
export function decoder(scope: NetworkScope, representation: GraphValue, shape: EncoderShape): GraphValue {
  const { graph } = scope;
  const [smallest, ...larger] = mirroredMaps(shape) as [MirroredMap, ...MirroredMap[]];
  const flat = linear(scope, representation, 'decoder.linear', { outputs: smallest.filters * smallest.size ** 2 });
  const unfolded = graph.op('Reshape', [flat, graph.integers([-1, smallest.filters, smallest.size, smallest.size])]);
  let value = graph.op('Relu', [batchNormalization(scope, unfolded, 'decoder.linearNormalization')]);
  larger.forEach(({ size, filters }, i) => {
    const name = `decoder.stage${i + 1}`;
    const enlarged = doubled(scope, value, size);
    const product = convolution(scope, enlarged, `${name}.convolution`, { filters, kernel: 3 });
    value = graph.op('Relu', [batchNormalization(scope, product, `${name}.normalization`)]);
  });
  const colours = convolution(scope, value, 'decoder.colours', { filters: 3, kernel: 3, bias: true });
  return graph.op('Sigmoid', [colours]);
}

/** From the encoder's last stage back to the picture's own size. */
function mirroredMaps({ network, size, stemStride = defaultStemStride(size) }: EncoderShape): MirroredMap[] {
  const { widths } = networkDefinition(network).options;
  const maps: MirroredMap[] = [];
  let current = size;
  if (stemStride === 2) {
    // The full size takes the most time by far, and colours need few filters.
    maps.push({ size, filters: widths[0]! / 2 });
    current = Math.ceil(size / 2);
  }
  for (const filters of widths) {
    maps.push({ size: current, filters });
    current = Math.ceil(current / 2);
  }
  return maps.reverse();
}

/** Each pixel as four; the last row and column are cut off where the encoder had halved an odd size. */
function doubled({ graph }: NetworkScope, input: GraphValue, size: number): GraphValue {
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  const enlarged = graph.op('Resize', [input, undefined, graph.floats([1, 1, 2, 2])], attributes);
  if (enlarged.shape?.[2] === size) return enlarged;
  return graph.op('Slice', [
    enlarged,
    ...[
      [0, 0],
      [size, size],
      [2, 3],
    ].map((list) => graph.integers(list)),
  ]);
}
