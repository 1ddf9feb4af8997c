/** Everything that is told of an encoder by its vectors of labelled images. */
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { RandomStream } from '../random.ts';
import { uniformity } from './alignmentUniformity.ts';
import {
  macroAccuracyInterval,
  scoreClassification,
  type ClassificationScore,
  type Interval,
} from './classificationScore.ts';
import { compareWithBank } from './comparison.ts';
import type { Neighbors } from './nearestNeighbors.ts';
import { predictByVote } from './neighborVote.ts';
import { principalCoordinates } from './principalAxes.ts';
import {
  FEW_LABEL_TRIALS,
  FEW_LABELS,
  PROBE_TRIALS,
  runFewLabelTrials,
  runProbeTrials,
  type FewLabelFigures,
  type ProbeTrialResult,
} from './probeTrials.ts';
import type { RetrievalScore } from './retrieval.ts';
import { effectiveRank, spreadOfNormalized } from './spectrum.ts';

/** Rows whose distances from each other are measured; all pairs of more would say the same. */
export const UNIFORMITY_ROWS = 2000;
/** As in DINO (M. Caron et al., https://arxiv.org/abs/2104.14294), for k = 20. */
export const VOTE_TEMPERATURE = 0.07;
export const DEFAULT_NEIGHBORS = 20;
const UNIFORMITY_STREAM = 0x756e;

export interface FigureOptions {
  /** `rows × dim`, of length 1. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** Per row: from 0. */
  readonly labels: Int32Array;
  /** Per row: equal for duplicates, from 0; every image is a duplicate of itself. */
  readonly groups: Int32Array;
  readonly classes: number;
  /** Rows that are looked among and learnt from. */
  readonly bank: Uint32Array;
  /** Rows that look for their like. */
  readonly queries: Uint32Array;
  /** Whether the queries are a test split, none of which lies in the bank. */
  readonly tested: boolean;
  /** Neighbours that vote. */
  readonly neighbors: number;
  /** Neighbours of each query that are told, for comparing encoders with each other; none where it's left out. */
  readonly keptNeighbors?: number;
  readonly seed: number;
}

export interface EncoderFigures {
  /** `keptNeighbors` or more of each query, as positions in the bank. */
  readonly nearest: Neighbors;
  readonly knn: ClassificationScore;
  readonly knnMacroInterval: Interval;
  readonly retrieval: RetrievalScore;
  readonly probe: ProbeTrialResult;
  readonly fewLabels: readonly FewLabelFigures[];
  readonly uniformity: number;
  /** Of the singular values, uncentred. */
  readonly effectiveRank: number;
  /** `relativeDeviation` of the spread. */
  readonly collapse: number;
}

/** Where the work computes. */
export interface FigureRuntime {
  readonly products: MatrixProducts;
  /** Called every now and then; what it throws ends the work. */
  readonly between: () => Promise<void> | void;
  /** @param share of the work that is done, from 0 to 1 */
  readonly report: (share: number) => void;
}

/** Shares of the time, roughly. */
const COMPARED = 0.35;
const TURNED = 0.5;
const PROBED = 0.8;

export async function encoderFigures(options: FigureOptions, runtime: FigureRuntime): Promise<EncoderFigures> {
  const { vectors, dim, labels, groups, classes, bank, queries, neighbors, keptNeighbors = 0, seed } = options;
  const { products, between, report } = runtime;
  const rows = labels.length;
  const asked = subset(options, queries);
  const compared = await compareWithBank(
    {
      bank: subset(options, bank),
      queries: asked,
      neighbors: Math.max(neighbors, keptNeighbors),
      cutoffs: [1],
    },
    products,
    async (done) => {
      report((COMPARED * done) / queries.length);
      await between();
    },
  );
  const bankLabels = Int32Array.from(bank, (row) => labels[row]!);
  const votes = { count: neighbors, temperature: VOTE_TEMPERATURE };
  const predicted = predictByVote(compared.neighbors, bankLabels, classes, votes);
  const knn = scoreClassification(predicted.classes, asked.labels, classes);
  const features = await principalCoordinates(vectors, rows, dim, products);
  await between();
  const sample = Uint32Array.from(new RandomStream(seed, UNIFORMITY_STREAM).shuffled([...labels.keys()])).subarray(
    0,
    UNIFORMITY_ROWS,
  );
  const spread = uniformity(rowsOf(vectors, dim, sample), sample.length, dim);
  report(TURNED);
  await between();
  const test = options.tested ? queries : undefined;
  const trials = { features, labels, groups, classes, bank, test, seed };
  const probe = await runProbeTrials(trials, runtime, (done) => {
    report(TURNED + ((PROBED - TURNED) * done) / PROBE_TRIALS);
  });
  const fewLabels = await runFewLabelTrials(trials, runtime, (done) => {
    report(PROBED + ((1 - PROBED) * done) / (FEW_LABELS.length * FEW_LABEL_TRIALS));
  });
  return {
    nearest: compared.neighbors,
    knn,
    knnMacroInterval: macroAccuracyInterval(knn),
    retrieval: compared.retrieval,
    probe,
    fewLabels,
    uniformity: spread,
    effectiveRank: effectiveRank(features.singularValues),
    collapse: spreadOfNormalized(vectors, rows, dim).relativeDeviation,
  };
}

function subset({ vectors, dim, labels, groups }: FigureOptions, rows: Uint32Array) {
  return {
    vectors: rowsOf(vectors, dim, rows),
    rows: rows.length,
    dim,
    labels: Int32Array.from(rows, (row) => labels[row]!),
    groups: Int32Array.from(rows, (row) => groups[row]!),
  };
}

function rowsOf(vectors: Float32Array, dim: number, rows: Uint32Array): Float32Array {
  const selected = new Float32Array(rows.length * dim);
  rows.forEach((row, position) => {
    selected.set(vectors.subarray(row * dim, (row + 1) * dim), position * dim);
  });
  return selected;
}
