import type { Neighborhoods } from '../core/evaluation/neighborhoods.ts';
import type { Count, Notice, ScanSettings } from './engine.ts';

export interface EvaluateRequest {
  /** Absolute; the images below it are evaluated on. */
  readonly folder: string;
  /** Ids, or absolute paths of ONNX files; absent: the encoder that the dataset was indexed with. */
  readonly encoders?: readonly string[];
  /** Neighbours that vote for a class. */
  readonly neighbors?: number;
  /** Nearest images of each query that are told, for comparing encoders with each other; absent: none. */
  readonly neighborhood?: number;
  readonly seed?: number;
  /** Which images are indexed first, where there is no index yet. */
  readonly scan?: ScanSettings;
}

/** What the figures were measured on, and how: the same for all encoders. */
export interface EvaluationProtocol {
  readonly root: string;
  /** Relative to the root; '' for all of it. */
  readonly folder: string;
  readonly seed: number;
  /** Labelled images that every encoder has a vector of. */
  readonly images: number;
  readonly classes: readonly Count[];
  readonly split: {
    /** `test`: images of the test split against all others. `leave-one-out`: every image against all others. */
    readonly kind: 'test' | 'leave-one-out';
    readonly bank: number;
    readonly queries: number;
  };
  readonly knn: { readonly k: number; readonly temperature: number; readonly similarity: 'cosine' };
  readonly probe: {
    readonly loss: string;
    readonly features: string;
    readonly strengths: readonly number[];
    readonly trials: number;
    /** Share of each class's pictures that a trial leaves out: it is tested on them where there is no test split. */
    readonly leftOutShare: number;
    /** Share of the rest that the strength is chosen on, before all of the rest is fitted. */
    readonly validationShare: number;
    readonly error: string;
  };
  readonly fewLabels: { readonly trials: number; readonly labels: readonly number[]; readonly strength: string };
  readonly retrieval: { readonly measures: string };
  readonly alignment: { readonly augmentation: string; readonly images: number; readonly measures: string };
  readonly uniformity: { readonly t: number; readonly images: number };
  readonly effectiveRank: { readonly images: number; readonly measures: string };
  readonly collapse: { readonly measures: string };
  readonly imagesPerSecond: { readonly images: number; readonly threads: number; readonly measures: string };
  readonly baselines: Readonly<Record<BaselineKind, string>>;
  readonly duplicates: {
    readonly rule: string;
    /** Images that are an exact or near duplicate of another one. */
    readonly images: number;
    /** Images of the bank that the probe didn't learn from, as they are duplicates of images of the test split. */
    readonly notFitted: number;
  };
  readonly leftOut: {
    readonly unlabelled: number;
    readonly unreadable: number;
    /** An encoder gave no usable numbers for them. */
    readonly withoutVector: number;
    /** Above the number of images that are compared at most; the rest is drawn at random. */
    readonly aboveLimit: number;
    /** Classes without two different pictures, or without one to learn from. */
    readonly classes: readonly Count[];
  };
}

export type BaselineKind = 'pixels' | 'handcrafted' | 'untrained';

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface FewLabelAccuracy {
  /** Per class. */
  readonly labels: number;
  readonly probe: number;
  readonly probeError: number;
  readonly probeMacro: number;
  readonly probeMacroError: number;
}

/** Accuracies are shares of images; macro ones count each class once. Errors are half the width of a 95 % interval. */
export interface EncoderEvaluation {
  readonly id: string;
  readonly name: string;
  /** Undefined for what is no baseline. */
  readonly baseline: BaselineKind | undefined;
  readonly dim: number;
  readonly knn: number;
  readonly knnMacro: number;
  /** 95 %. */
  readonly knnMacroInterval: Range;
  readonly probe: number;
  readonly probeError: number;
  readonly probeMacro: number;
  readonly probeMacroError: number;
  /** Chosen in each trial. */
  readonly probeStrengths: readonly number[];
  readonly fewLabels: readonly FewLabelAccuracy[];
  readonly map: number;
  /** Share of queries whose nearest image is of their class, also called hit@1. */
  readonly recallAt1: number;
  /** Lower is better, like the next. NaN of imported vectors, as there is no encoder that could embed a view. */
  readonly alignment: number;
  readonly uniformity: number;
  readonly effectiveRank: number;
  /** Standard deviation of the normalised vectors times √dim: about 1 where they spread evenly, 0 where all coincide. */
  readonly collapse: number;
  /** NaN of imported vectors. */
  readonly imagesPerSecond: number;
}

export interface EvaluationReport {
  readonly protocol: EvaluationProtocol;
  /** Those that were asked for, then the baselines. */
  readonly encoders: readonly EncoderEvaluation[];
  readonly seconds: number;
  /** Of those, what was spent on comparing vectors that were there. */
  readonly comparingSeconds: number;
  /** Where `neighborhood` was asked for; of the encoders in their order. */
  readonly neighborhoods?: Neighborhoods;
  readonly notices: readonly Notice[];
}

export interface EvaluationRequests {
  'evaluation/run': { params: EvaluateRequest; result: EvaluationReport };
}
