import { gradientCase, operatorCase, type GradientCase } from './gradientCase.ts';

interface Sliced {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes?: readonly number[];
  readonly steps?: readonly number[];
}

const slice = (detail: string, shape: readonly number[], { starts, ends, axes, steps }: Sliced): GradientCase => {
  return gradientCase(`Slice ${detail}`, [shape], (graph, x) => {
    const lists = [starts, ends, axes, steps].map((list) => list && graph.integers(list));
    return graph.op('Slice', [x, ...lists]);
  });
};

const reshape = (detail: string, shape: readonly number[], target: readonly number[]): GradientCase => {
  return gradientCase(`Reshape ${detail}`, [shape], (graph, x) => graph.op('Reshape', [x, graph.integers(target)]));
};

const pad = (
  detail: string,
  shape: readonly number[],
  pads: readonly number[],
  axes?: readonly number[],
): GradientCase => {
  const opset = axes === undefined ? undefined : 18;
  return gradientCase(
    `Pad ${detail}`,
    [shape],
    (graph, x) => graph.op('Pad', [x, graph.integers(pads), graph.scalar(3), ...(axes ? [graph.integers(axes)] : [])]),
    opset,
  );
};

const padMode = (mode: string, shape: readonly number[], pads: readonly number[], opset?: number): GradientCase =>
  gradientCase(
    `Pad in mode ${mode}, [${shape.join(' × ')}]`,
    [shape],
    (graph, x) => graph.op('Pad', [x, graph.integers(pads)], { mode }),
    opset,
  );

export const arrangingCases: readonly GradientCase[] = [
  reshape('to other sizes', [2, 6], [3, 4]),
  reshape('with a copied and an open size', [2, 3, 2], [0, -1]),
  reshape('to a scalar', [1, 1], []),
  operatorCase('Flatten', '', [[2, 3, 2]]),
  operatorCase('Flatten', 'at the front', [[2, 3]], { axis: 0 }),
  operatorCase('Transpose', '', [[2, 3, 4]]),
  operatorCase('Transpose', 'in another order', [[2, 3, 4]], { perm: [2, 0, 1] }),
  gradientCase('Squeeze of all', [[1, 3, 1]], (graph, x) => graph.op('Squeeze', [x])),
  gradientCase('Squeeze of an axis', [[1, 3, 1]], (graph, x) => graph.op('Squeeze', [x, graph.integers([-1])])),
  gradientCase('Unsqueeze', [[2, 3]], (graph, x) => graph.op('Unsqueeze', [x, graph.integers([0, -1])])),
  gradientCase('Expand', [[3, 1]], (graph, x) => graph.op('Expand', [x, graph.integers([2, 1, 4])])),
  gradientCase('Expand of a scalar', [[]], (graph, x) => graph.op('Expand', [x, graph.integers([2, 3])])),
  gradientCase('Tile', [[2, 1, 3]], (graph, x) => graph.op('Tile', [x, graph.integers([2, 3, 1])])),
  gradientCase('Tile once', [[2, 3]], (graph, x) => graph.op('Tile', [x, graph.integers([1, 1])])),
  operatorCase(
    'Concat',
    'along the first axis',
    [
      [2, 3],
      [1, 3],
      [3, 3],
    ],
    { axis: 0 },
  ),
  operatorCase(
    'Concat',
    'along the last axis',
    [
      [2, 3],
      [2, 1],
    ],
    { axis: -1 },
  ),
  operatorCase('Concat', 'of one', [[2, 3]], { axis: 0 }),
  gradientCase(
    'Concat with a constant between',
    [
      [2, 1],
      [2, 2],
    ],
    (graph, a, b) => {
      return graph.op('Concat', [a, graph.floats([1, 2], [2, 1]), b], { axis: 1 });
    },
  ),
  gradientCase('Split, all parts used', [[2, 6]], (graph, x) => {
    const [a, b, c] = graph.ops('Split', [x, graph.integers([2, 3, 1])], 3, { axis: -1 });
    return graph.op('Mul', [graph.op('Add', [a!, c!]), graph.op('ReduceMax', [b!], { axes: [1] })]);
  }),
  gradientCase('Split, one part used', [[2, 6]], (graph, x) => graph.ops('Split', [x], 3, { axis: 1 })[1]!),
  gradientCase('Split, the first part used', [[5, 2]], (graph, x) => {
    return graph.ops('Split', [x, graph.integers([2, 3])], 2)[0]!;
  }),
  gradientCase('Split, two of three parts used', [[6]], (graph, x) => {
    const [a, , c] = graph.ops('Split', [x], 3, { axis: 0 });
    return graph.op('Mul', [a!, c!]);
  }),
  gradientCase('Split into one', [[4]], (graph, x) => graph.ops('Split', [x, graph.integers([4])], 1)[0]!),
  slice('of a range', [5, 3], { starts: [1], ends: [4] }),
  slice('of two axes', [4, 5], { starts: [1, -3], ends: [3, 100], axes: [1, 0] }),
  slice('to the end', [4, 3], { starts: [2], ends: [Number.MAX_SAFE_INTEGER], axes: [0], steps: [1] }),
  slice('with step 2', [7, 2], { starts: [1], ends: [7], axes: [0], steps: [2] }),
  slice('with step 3 that leaves a rest', [2, 8], { starts: [0], ends: [8], axes: [1], steps: [3] }),
  slice('with step 2 of one element', [4], { starts: [3], ends: [9], axes: [0], steps: [2] }),
  slice('backwards', [5, 2], { starts: [-1], ends: [-100], axes: [0], steps: [-1] }),
  slice('backwards in part', [6], { starts: [4], ends: [0], axes: [0], steps: [-1] }),
  slice('with step −2', [2, 7], { starts: [5], ends: [-100], axes: [-1], steps: [-2] }),
  slice('with steps 2 and −2', [5, 6], { starts: [0, 5], ends: [5, 1], axes: [0, 1], steps: [2, -2] }),
  gradientCase('Slice of nothing beside something', [[4]], (graph, x) => {
    const nothing = graph.op('Slice', [x, graph.integers([2]), graph.integers([2])]);
    return graph.op('Concat', [nothing, graph.op('Exp', [x])], { axis: 0 });
  }),
  pad('on all sides', [2, 3], [1, 0, 2, 1]),
  pad('that takes away', [4, 3], [-1, 0, -1, 0]),
  pad('that adds and takes away', [4, 3], [-1, 2, 1, -1]),
  pad('along one axis', [2, 3], [1, 2], [-1]),
  ...['reflect', 'edge'].flatMap((mode) => [
    padMode(mode, [3, 4], [2, 1, 1, 3]),
    padMode(mode, [1, 2, 3, 3], [0, 0, 1, 0, 0, 0, 2, 1]),
  ]),
  padMode('edge', [2, 1], [3, 1, 0, 2]),
  padMode('wrap', [3, 4], [2, 1, 1, 3], 19),
  slice('of three axes, one backwards with a rest', [2, 5, 4], {
    starts: [1, -1, 0],
    ends: [2, -6, 9],
    axes: [0, 1, -1],
    steps: [1, -3, 3],
  }),
  slice('with an open end and step −1 from the middle', [5, 2], { starts: [2], ends: [-100], axes: [0], steps: [-1] }),
];
