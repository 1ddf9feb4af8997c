import { RandomStream } from '../../../src/core/random.ts';

export interface GeneratedVectors {
  /** `rows × dim`, of length 1. */
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly dim: number;
  /** The class of each row. */
  readonly classes: Int32Array;
}

export interface Generation {
  readonly rows: number;
  readonly dim: number;
  readonly classes: number;
  readonly seed: number;
  /** How far rows lie from the centre of their class, against how far centres lie apart; default 1. */
  readonly noise?: number;
}

/** Directions around the centres of classes, in dimensions that weigh less and less, as those of real encoders do. */
export function classVectors({ rows, dim, classes, seed, noise = 1 }: Generation): GeneratedVectors {
  const random = new RandomStream(seed, rows, dim, classes);
  const spread = Float64Array.from({ length: dim }, (_, k) => 1 / (1 + k / 8));
  const centres = Float64Array.from({ length: classes * dim }, (_, i) => random.normal() * spread[i % dim]!);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const values = (row: number) =>
    spread.map((weight, k) => centres[labels[row]! * dim + k]! + noise * weight * random.normal());
  return { ...unitRows(rows, dim, values), classes: labels };
}

/** Along a bent line through many dimensions: neighbours are those before and after. */
export function curveVectors(rows: number, dim: number, seed: number): GeneratedVectors {
  const random = new RandomStream(seed, rows, dim);
  const phases = Float64Array.from({ length: dim }, () => random.uniform(0, 2 * Math.PI));
  const values = (row: number) => phases.map((phase, k) => Math.cos(phase + ((1 + (k % 5)) * 2 * row) / rows));
  return { ...unitRows(rows, dim, values), classes: new Int32Array(rows) };
}

function unitRows(rows: number, dim: number, values: (row: number) => Float64Array) {
  const vectors = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const vector = values(row);
    const length = Math.hypot(...vector);
    vectors.set(
      vector.map((value) => value / length),
      row * dim,
    );
  }
  return { vectors, rows, dim };
}
