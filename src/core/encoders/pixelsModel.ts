import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { DataType, type OnnxModel } from '../onnx/model.ts';

/** Height and width of the input; the pictures are squashed to it. */
export const PIXELS_INPUT_SIZE = 32;
/** The picture is compared as this many colours across and down. */
const GRID = 8;
/** A constant component, so that a picture of one colour has a direction as well. It is tiny beside any real contrast. */
export const PIXELS_BLANK = 0.1;

export const PIXELS_DIM = 3 * GRID * GRID + 1;

/**
 * The baseline that every encoder has to beat: the picture scaled down to 8 × 8 colours, less its mean so that the
 * overall brightness doesn't make all pictures alike. Input `image`, uint8 [N, 32, 32, 3]; output `embedding`.
 */
export function pixelsModel(): OnnxModel {
  const graph = new GraphBuilder('pixels');
  const image = graph.input('image', 'uint8', ['N', PIXELS_INPUT_SIZE, PIXELS_INPUT_SIZE, 3]);
  const numbers = graph.op('Cast', [image], { to: DataType.float32 });
  const planes = graph.op('Transpose', [numbers], { perm: [0, 3, 1, 2] });
  const scaled = graph.op('Mul', [planes, graph.floats([1 / 255])]);
  const edge = PIXELS_INPUT_SIZE / GRID;
  const colours = graph.op('AveragePool', [scaled], { kernel_shape: [edge, edge], strides: [edge, edge] });
  const flat = graph.op('Flatten', [colours], { axis: 1 });
  const mean = graph.op('ReduceMean', [flat], { axes: [1], keepdims: 1 });
  const centred = graph.op('Sub', [flat, mean]);
  const blank = graph.op('Add', [graph.op('Mul', [mean, graph.floats([0])]), graph.floats([PIXELS_BLANK])]);
  const embedding = graph.op('Concat', [centred, blank], { axis: 1 });
  graph.output('embedding', embedding, 'float32', ['N', PIXELS_DIM]);
  return graph.build();
}
