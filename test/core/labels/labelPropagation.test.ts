import { suite, test } from 'node:test';
import { nearestNeighbors, type Neighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { propagateLabels, propagationGraph, type PropagationGraph } from '../../../src/core/labels/labelPropagation.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertAllClose, cosine, flat, randomMatrix, row, type Rows } from '../evaluation/matrices.ts';

function neighborsOf(vectors: Float32Array, dim: number, count: number): Neighbors {
  const set = { vectors, rows: vectors.length / dim, dim };
  return runToEnd(nearestNeighbors({ bank: set, queries: set, count }));
}

function dense({ nodes, offsets, columns, weights }: PropagationGraph): number[][] {
  const matrix = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0));
  for (let i = 0; i < nodes; i++) {
    for (let j = offsets[i]!; j < offsets[i + 1]!; j++) matrix[i]![columns[j]!]! += weights[j]!;
  }
  return matrix;
}

/** By the definition, from cosines to Gaussian elimination with full rows. */
function denseSolution(
  vectors: Float32Array,
  dim: number,
  options: { count: number; temperature: number; alpha: number },
  labels: Int32Array,
  classes: number,
): number[] {
  const nodes = vectors.length / dim;
  const weights = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0));
  for (let i = 0; i < nodes; i++) {
    const others = [...Array(nodes).keys()].filter((j) => j !== i);
    const similarity = (j: number) => cosine(row(vectors, i, dim), row(vectors, j, dim));
    const nearest = others.sort((a, b) => similarity(b) - similarity(a)).slice(0, options.count);
    for (const j of nearest) {
      weights[i]![j]! += Math.exp(similarity(j) / options.temperature) / 2;
      weights[j]![i]! += Math.exp(similarity(j) / options.temperature) / 2;
    }
  }
  const degrees = weights.map((values) => values.reduce((sum, value) => sum + value, 0));
  const system = weights.map((values, i) => [
    ...values.map((value, j) => (i === j ? 1 : 0) - (options.alpha * value) / Math.sqrt(degrees[i]! * degrees[j]!)),
    ...Array.from({ length: classes }, (_, label) => (labels[i] === label ? 1 : 0)),
  ]);
  for (let pivot = 0; pivot < nodes; pivot++) {
    for (let i = 0; i < nodes; i++) {
      if (i === pivot) continue;
      const factor = system[i]![pivot]! / system[pivot]![pivot]!;
      system[i] = system[i]!.map((value, j) => value - factor * system[pivot]![j]!);
    }
  }
  return system.flatMap((values, i) => values.slice(nodes).map((value) => value / system[i]![i]!));
}

interface Vectors {
  readonly embeddings: Rows;
  readonly alpha: number;
  readonly seeds: Readonly<Record<string, number>>;
  readonly 'F=(I-alpha S)^-1 Y': Rows;
  readonly row_normalised: Rows;
}

suite('label propagation', () => {
  test('equals the reference vectors', { skip: unlessVectors }, () => {
    const vectors = testVectors('label_propagation') as Vectors;
    const embeddings = flat(vectors.embeddings);
    const labels = new Int32Array(vectors.embeddings.length).fill(-1);
    for (const [node, label] of Object.entries(vectors.seeds)) labels[Number(node)] = label;
    const graph = propagationGraph(neighborsOf(embeddings, 3, 3), 0.2);
    const reached = runToEnd(propagateLabels(graph, labels, 2, { alpha: vectors.alpha, tolerance: 1e-12 }));
    assertAllClose(reached, vectors['F=(I-alpha S)^-1 Y'].flat());
    const shares = vectors.row_normalised.flatMap((_, i) => {
      const [a, b] = [reached[2 * i]!, reached[2 * i + 1]!];
      return [a / (a + b), b / (a + b)];
    });
    assertAllClose(shares, vectors.row_normalised.flat());
  });

  test('equals a dense solution of the definition', () => {
    for (const [seed, options] of [
      { count: 4, temperature: 0.07, alpha: 0.8 },
      { count: 1, temperature: 0.5, alpha: 0.99 },
      { count: 29, temperature: 0.2, alpha: 0.5 },
    ].entries()) {
      const random = new RandomStream(seed);
      const vectors = randomMatrix(random, 30, 5, 0.5);
      const labels = Int32Array.from({ length: 30 }, (_, i) => (i < 9 ? i % 3 : -1));
      const graph = propagationGraph(neighborsOf(vectors, 5, options.count), options.temperature);
      const reached = runToEnd(propagateLabels(graph, labels, 3, options));
      assertAllClose(reached, denseSolution(vectors, 5, options, labels, 3), 1e-5);
    }
  });

  test('the graph is symmetric, and its largest eigenvalue is 1', () => {
    const graph = propagationGraph(neighborsOf(randomMatrix(new RandomStream(4), 20, 4), 4, 3), 0.1);
    const matrix = dense(graph);
    matrix.forEach((values, i) => {
      assertAllClose(
        values,
        matrix.map((other) => other[i]!),
        1e-12,
      );
    });
    // D^½ 1 is an eigenvector of D^−½ W D^−½: take D from any other one, by power iteration.
    let vector = new Array<number>(20).fill(1);
    for (let i = 0; i < 5000; i++) {
      const next = matrix.map((values, j) => values.reduce((sum, value, k) => sum + value * vector[k]!, vector[j]!));
      const length = Math.hypot(...next);
      vector = next.map((value) => value / length);
    }
    const image = matrix.map((values) => values.reduce((sum, value, k) => sum + value * vector[k]!, 0));
    assertAllClose(image, vector, 1e-6);
  });

  test('an image without neighbours keeps its label to itself, and a tiny temperature stays finite', () => {
    const neighbors: Neighbors = {
      queries: 4,
      count: 1,
      rows: Int32Array.of(1, 0, -1, -1),
      similarities: Float64Array.of(0.9, 0.9, Number.NaN, Number.NaN),
    };
    const graph = propagationGraph(neighbors, 1e-5);
    const reached = runToEnd(propagateLabels(graph, Int32Array.of(0, -1, 1, -1), 2, { alpha: 0.5 }));
    // Two nodes joined by a weight of 1: (I − S/2)⁻¹ = [[4, 2], [2, 4]] / 3.
    assertAllClose(reached, [4 / 3, 0, 2 / 3, 0, 0, 1, 0, 0], 1e-7);
  });
});
