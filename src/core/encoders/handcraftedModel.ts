import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import { DataType, type OnnxModel } from '../onnx/model.ts';

/** Height and width of the input; the pictures are squashed to it. */
export const HANDCRAFTED_INPUT_SIZE = 64;
const COLOUR_SIZE = HANDCRAFTED_INPUT_SIZE / 2;

const GRADIENT_GRID = 8;
const ORIENTATIONS = 6;
/** Bins of lightness and of each opponent colour where they are counted apart, over a 2 × 2 grid. */
const SEPARATE_BINS = { lightness: 6, opponent: 5 };
/** … and where every combination is counted, over the whole picture. */
const JOINT_BINS = { lightness: 3, opponent: 5 };
/** Shares of the three parts in the vector, as lengths. */
const WEIGHTS = { gradients: 1, coloursByQuarter: 0.5, colours: 0.35 };

/** Shares of red, green and blue in how bright a pixel looks. */
export const LUMINANCE = [0.299, 0.587, 0.114];

/** Numbers of the gradient histograms. */
export const GRADIENT_DIM = ORIENTATIONS * GRADIENT_GRID ** 2;

export const HANDCRAFTED_DIM =
  GRADIENT_DIM +
  4 * (SEPARATE_BINS.lightness + 2 * SEPARATE_BINS.opponent) +
  JOINT_BINS.lightness * JOINT_BINS.opponent ** 2;

/**
 * A fixed encoder without any training: histograms of gradient orientations over an 8 × 8 grid (after N. Dalal,
 * B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005) and of opponent colours over the whole
 * picture and its quarters. Histogram values enter as square roots (Hellinger kernel), each histogram less its mean, so
 * that unrelated pictures come out dissimilar. All bins are soft: a small edit changes the vector a little.
 *
 * Input `image`, uint8 [N, 64, 64, 3]; output `embedding`, float32 [N, HANDCRAFTED_DIM].
 */
export function handcraftedModel(): OnnxModel {
  const graph = new GraphBuilder('handcrafted');
  const image = graph.input('image', 'uint8', ['N', HANDCRAFTED_INPUT_SIZE, HANDCRAFTED_INPUT_SIZE, 3]);
  const numbers = graph.op('Cast', [image], { to: DataType.float32 });
  const planes = graph.op('Transpose', [numbers], { perm: [0, 3, 1, 2] });
  const rgb = graph.op('Mul', [planes, graph.floats([1 / 255])]);
  const gradients = gradientHistograms(graph, graph.op('Conv', [rgb, graph.floats(LUMINANCE, [1, 3, 1, 1])]));
  const { coloursByQuarter, colours } = colourHistograms(graph, rgb);
  const parts = [
    scaledToLength(graph, gradients, WEIGHTS.gradients),
    scaledToLength(graph, coloursByQuarter, WEIGHTS.coloursByQuarter),
    scaledToLength(graph, colours, WEIGHTS.colours),
  ];
  graph.output('embedding', graph.op('Concat', parts, { axis: 1 }), 'float32', ['N', HANDCRAFTED_DIM]);
  return graph.build();
}

/**
 * Histograms of gradient orientations over an 8 × 8 grid.
 *
 * @param luminance [N, 1, size, size], from 0 to 1; the size is a multiple of 16
 * @returns [N, GRADIENT_DIM], less the mean of each histogram
 */
export function gradientHistograms(
  graph: GraphBuilder,
  luminance: GraphValue,
  size = HANDCRAFTED_INPUT_SIZE,
): GraphValue {
  const padded = graph.op('Pad', [luminance, graph.integers([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'edge' });
  const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1].map((weight) => weight / 8);
  const gradient = graph.op('Conv', [padded, graph.floats(sobel, [2, 1, 3, 3])]);
  const [x, y] = graph.ops('Split', [gradient, graph.integers([1, 1])], 2, { axis: 1 }) as [GraphValue, GraphValue];
  const xx = graph.op('Mul', [x, x]);
  const yy = graph.op('Mul', [y, y]);
  const xy = graph.op('Mul', [x, y]);
  const magnitude = lengthOf(graph, graph.op('Add', [xx, yy]), 1e-5);
  // Magnitude times cosine and sine of twice the angle: an edge and its negative have the same orientation.
  const cosine = graph.op('Div', [graph.op('Sub', [xx, yy]), magnitude]);
  const sine = graph.op('Div', [graph.op('Mul', [xy, graph.floats([2])]), magnitude]);
  const directions = Array.from({ length: ORIENTATIONS }, (_, i) => (2 * Math.PI * i) / ORIENTATIONS);
  const projections = graph.op('Conv', [
    graph.op('Concat', [cosine, sine], { axis: 1 }),
    graph.floats(
      directions.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
      [ORIENTATIONS, 2, 1, 1],
    ),
  ]);
  // Magnitude times the squared cosine of the distance to the bin's centre: a bin that fades out smoothly.
  const facing = graph.op('Relu', [projections]);
  const votes = graph.op('Div', [graph.op('Mul', [facing, facing]), magnitude]);
  const histograms = cells(graph, votes, size / GRADIENT_GRID);
  return histogramRoots(graph, graph.op('Div', [histograms, neighbourhoodStrength(graph, histograms)]));
}

/** The strength of the gradients in a cell and the eight around it: takes lighting and local contrast out. */
function neighbourhoodStrength(graph: GraphBuilder, histograms: GraphValue): GraphValue {
  const squares = graph.op('Mul', [histograms, histograms]);
  const energy = graph.op('ReduceSum', [squares, graph.integers([1])], { keepdims: 1 });
  const mean = graph.op('AveragePool', [energy], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] });
  return lengthOf(graph, mean, 3e-4);
}

function colourHistograms(graph: GraphBuilder, rgb: GraphValue) {
  const small = graph.op('AveragePool', [rgb], { kernel_shape: [2, 2], strides: [2, 2] });
  // Lightness, red against green, yellow against blue.
  const toOpponent = [1 / 3, 1 / 3, 1 / 3, 0.5, -0.5, 0, 0.25, 0.25, -0.5];
  const opponent = graph.op('Conv', [small, graph.floats(toOpponent, [3, 3, 1, 1])]);
  const [lightness, redGreen, yellowBlue] = graph.ops('Split', [opponent, graph.integers([1, 1, 1])], 3, {
    axis: 1,
  }) as [GraphValue, GraphValue, GraphValue];
  const lightnessBins = (bins: number) => softBins(graph, lightness, 0.05, 0.95, bins);
  const redGreenBins = softBins(graph, redGreen, -0.2, 0.2, JOINT_BINS.opponent);
  const yellowBlueBins = softBins(graph, yellowBlue, -0.2, 0.2, JOINT_BINS.opponent);
  const separate = graph.op('Concat', [lightnessBins(SEPARATE_BINS.lightness), redGreenBins, yellowBlueBins], {
    axis: 1,
  });
  const joint = combinations(
    graph,
    lightnessBins(JOINT_BINS.lightness),
    combinations(graph, redGreenBins, yellowBlueBins),
  );
  return {
    coloursByQuarter: histogramRoots(graph, cells(graph, separate, COLOUR_SIZE / 2)),
    colours: histogramRoots(graph, graph.op('GlobalAveragePool', [joint])),
  };
}

/** [N, 1, H, W] → [N, bins, H, W]: each value is shared between the two bins whose centres it lies between. */
function softBins(graph: GraphBuilder, values: GraphValue, low: number, high: number, bins: number): GraphValue {
  const width = (high - low) / (bins - 1);
  const centres = Array.from({ length: bins }, (_, i) => low + i * width);
  const clipped = graph.op('Clip', [values, graph.floats([low], []), graph.floats([high], [])]);
  const distance = graph.op('Abs', [graph.op('Sub', [clipped, graph.floats(centres, [1, bins, 1, 1])])]);
  const inBins = graph.op('Mul', [distance, graph.floats([1 / width])]);
  return graph.op('Relu', [graph.op('Sub', [graph.floats([1]), inBins])]);
}

/** [N, A, H, W] and [N, B, H, W] → [N, A · B, H, W]: the products of all pairs of bins. */
function combinations(graph: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  const products = graph.op('Mul', [
    graph.op('Unsqueeze', [a, graph.integers([2])]),
    graph.op('Unsqueeze', [b, graph.integers([1])]),
  ]);
  return graph.op('Reshape', [products, graph.integers([0, -1, COLOUR_SIZE, COLOUR_SIZE])]);
}

/** Means over square cells, weighted by a tent that reaches into the neighbouring cells. */
function cells(graph: GraphBuilder, values: GraphValue, edge: number): GraphValue {
  const before = edge / 2;
  const smooth = graph.op('AveragePool', [values], {
    kernel_shape: [edge, edge],
    strides: [1, 1],
    pads: [before, before, before - 1, before - 1],
  });
  return graph.op('AveragePool', [smooth], { kernel_shape: [edge, edge], strides: [edge, edge] });
}

/** Square roots of histograms along axis 1, less their mean, flattened to [N, D]. */
function histogramRoots(graph: GraphBuilder, histograms: GraphValue): GraphValue {
  const roots = graph.op('Sqrt', [histograms]);
  const centred = graph.op('Sub', [roots, graph.op('ReduceMean', [roots], { axes: [1], keepdims: 1 })]);
  return graph.op('Flatten', [centred], { axis: 1 });
}

/** Rows [N, D] scaled to one length; rows without contrast stay near zero instead of showing their noise. */
export function scaledToLength(graph: GraphBuilder, rows: GraphValue, length: number): GraphValue {
  const squares = graph.op('ReduceSum', [graph.op('Mul', [rows, rows]), graph.integers([1])], { keepdims: 1 });
  return graph.op('Mul', [graph.op('Div', [rows, lengthOf(graph, squares, 0.1)]), graph.floats([length])]);
}

/** √(squares + epsilon) */
function lengthOf(graph: GraphBuilder, squares: GraphValue, epsilon: number): GraphValue {
  return graph.op('Sqrt', [graph.op('Add', [squares, graph.floats([epsilon])])]);
}
