import type { EncoderInput, EncoderOutput } from './card.ts';

/** An output tensor: row-major values and shape. */
export interface EncoderOutputTensor {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/** Where the numbers of one image lie: `dim × positions` values that are averaged over the positions. */
interface RowLayout {
  readonly rowLength: number;
  readonly positions: number;
  readonly dimStride: number;
  readonly positionStride: number;
}

/**
 * Reduces an output to one L2-normalised vector per image.
 *
 * @param batch images that the model was run with
 * @param count images that are wanted, the first of the batch
 * @param vectors receives `count × output.dim` float32 numbers; rows that can't be normalised stay as they are
 * @returns the rows whose numbers are not finite or all zero. Throws if the shape doesn't fit the card.
 */
export function poolOutput(
  tensor: EncoderOutputTensor,
  batch: number,
  count: number,
  { output, layout }: { readonly output: EncoderOutput; readonly layout: EncoderInput['layout'] },
  vectors: Float32Array,
): number[] {
  const { data } = tensor;
  const { rowLength, positions, dimStride, positionStride } = rowLayout(tensor, batch, output, layout);
  const invalid: number[] = [];
  const row = new Float64Array(output.dim);
  for (let image = 0; image < count; image++) {
    const start = image * rowLength;
    let squares = 0;
    for (let d = 0; d < row.length; d++) {
      let sum = 0;
      // Not divided by the number of positions: the normalisation below takes any factor out.
      for (let p = 0; p < positions; p++) sum += data[start + d * dimStride + p * positionStride]!;
      row[d] = sum;
      squares += sum * sum;
    }
    const norm = Math.sqrt(squares);
    if (norm > 0 && Number.isFinite(norm)) {
      for (let d = 0; d < row.length; d++) vectors[image * row.length + d] = row[d]! / norm;
    } else {
      invalid.push(image);
    }
  }
  return invalid;
}

function rowLayout(
  { data, dims }: EncoderOutputTensor,
  batch: number,
  { name, pooling, dim }: EncoderOutput,
  layout: EncoderInput['layout'],
): RowLayout {
  const rowLength = data.length / batch;
  const unexpected = () =>
    new Error(
      `its output "${name}" has the shape [${dims.join(', ')}] for ${batch} images, expected ${dim} numbers each`,
    );
  if (pooling === 'none') {
    if (rowLength !== dim) throw unexpected();
    return { rowLength, positions: 1, dimStride: 1, positionStride: 0 };
  }
  const axis = pooling === 'gap' ? featureAxis(dims, layout) : dims.length - 1;
  const rank = pooling === 'gap' ? 4 : 3;
  if (dims.length !== rank || dims[0] !== batch || dims[axis] !== dim) throw unexpected();
  const positions = rowLength / dim;
  if (pooling === 'cls') return { rowLength, positions: 1, dimStride: 1, positionStride: 0 };
  return axis === 1
    ? { rowLength, positions, dimStride: positions, positionStride: 1 }
    : { rowLength, positions, dimStride: 1, positionStride: dim };
}

/**
 * The axis of a 4-D output that holds features. A feature map of square images is square, so the shape decides where it
 * can ([N, 7, 7, 1280]); the input's layout decides the rest.
 */
export function featureAxis(dims: readonly number[], layout: EncoderInput['layout']): 1 | 3 {
  const [, first, second, third] = dims;
  if (second === third && first !== second) return 1;
  if (first === second && second !== third) return 3;
  return layout === 'NCHW' ? 1 : 3;
}
