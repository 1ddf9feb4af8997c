import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { batchNormalization, convolution, placeMeans } from '../layers.ts';
import type { NetworkScope } from '../scope.ts';

export interface ResnetOptions {
  /** Filters of each stage. */
  readonly widths: readonly number[];
  /** What each stage divides the size by; by default 1 for the first and 2 for the others. */
  readonly strides?: readonly (1 | 2)[];
  /** Basic blocks of each stage. */
  readonly blocks: readonly number[];
  /** Stride of the first convolution: 1 for small pictures, which have no detail to lose. */
  readonly stemStride: 1 | 2;
  /**
   * Whether the representation is normalised once more, without a shift: its mean over all pictures is then zero, so that
   * unrelated pictures have a cosine similarity of about zero. Without, it has no negative numbers, and any two are similar.
   */
  readonly centred?: boolean;
  /**
   * Filters of one more convolution, 1 × 1, of the last stage. Its means over each of `LAYOUT_GRID`² places follow those over
   * the whole picture in the representation, which so tells where in a picture something is. By default none.
   */
  readonly layout?: number;
}

/** Rows and columns of places that the layout tells apart. */
const LAYOUT_GRID = 4;

/** Length of the representation. */
export function resnetDim({ widths, layout = 0 }: Pick<ResnetOptions, 'widths' | 'layout'>): number {
  return widths.at(-1)! + layout * LAYOUT_GRID ** 2;
}

/**
 * A residual network of basic blocks: K. He et al., "Deep residual learning for image recognition", CVPR 2016,
 * https://arxiv.org/abs/1512.03385, with a stem of one 3 × 3 convolution and without max pooling, as is usual for small
 * pictures. The last normalisation of each block starts with scale 0: P. Goyal et al., "Accurate, large minibatch SGD",
 * https://arxiv.org/abs/1706.02677.
 *
 * @param images float32 `[N, 3, H, W]`, normalised
 * @returns the representation h, `[N, resnetDim]`: means over the positions of the last stage, perhaps with its layout and
 *   centred
 */
export function resnet(scope: NetworkScope, images: GraphValue, options: ResnetOptions): GraphValue {
  const { widths, blocks, stemStride } = options;
  const strides: readonly (1 | 2)[] = options.strides ?? widths.map((_, stage) => (stage > 0 ? 2 : 1));
  const { graph } = scope;
  const stem = convolution(scope, images, 'stem.convolution', { filters: widths[0]!, kernel: 3, stride: stemStride });
  let value = graph.op('Relu', [batchNormalization(scope, stem, 'stem.normalization')]);
  widths.forEach((filters, stage) => {
    for (let block = 0; block < blocks[stage]!; block++) {
      const stride = block === 0 ? strides[stage]! : 1;
      value = basicBlock(scope, value, `${stageName(stage)}.block${block + 1}`, filters, stride);
    }
  });
  const pooled = graph.op('Flatten', [graph.op('GlobalAveragePool', [value])], {}, { name: 'representation' });
  const last = stageName(widths.length - 1);
  const told =
    options.layout === undefined
      ? pooled
      : graph.op('Concat', [pooled, layoutOf(scope, value, `${last}.layout`, options.layout)], { axis: 1 });
  return options.centred ? batchNormalization(scope, told, `${last}.centre`, { shift: false }) : told;
}

/** `[N, C, H, W]` → `[N, filters · LAYOUT_GRID²]` */
function layoutOf(scope: NetworkScope, map: GraphValue, name: string, filters: number): GraphValue {
  const features = convolution(scope, map, name, { filters, kernel: 1 });
  return scope.graph.op('Flatten', [placeMeans(scope.graph, features, LAYOUT_GRID)]);
}

/** What the names of a stage's parameters begin with. @param stage counted from 0 */
export function stageName(stage: number): string {
  return `stage${stage + 1}`;
}

function basicBlock(scope: NetworkScope, input: GraphValue, name: string, filters: number, stride: 1 | 2): GraphValue {
  const { graph } = scope;
  const first = convolution(scope, input, `${name}.convolution1`, { filters, kernel: 3, stride });
  const middle = graph.op('Relu', [batchNormalization(scope, first, `${name}.normalization1`)]);
  const second = convolution(scope, middle, `${name}.convolution2`, { filters, kernel: 3 });
  const residual = batchNormalization(scope, second, `${name}.normalization2`, { initialScale: 0 });
  const shortcut =
    stride === 1 && input.shape?.[1] === filters
      ? input
      : batchNormalization(
          scope,
          convolution(scope, input, `${name}.shortcut`, { filters, kernel: 1, stride }),
          `${name}.shortcutNormalization`,
        );
  return graph.op('Relu', [graph.op('Add', [residual, shortcut])]);
}
