import type { EvaluateRequest } from './evaluation.ts';
import type { Notice } from './engine.ts';

export type CaptionEvaluationRequest = Pick<EvaluateRequest, 'folder' | 'encoders' | 'seed'>;

/** The k of recall@k. */
export const CAPTION_CUTOFFS = [1, 5, 10] as const;

/** Shares of the queries that have what belongs to them among their k nearest. */
export interface RecallFigures {
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
}

/** How an image–text encoder finds captions by images, and images by captions. */
export interface CaptionFigures {
  readonly id: string;
  readonly name: string;
  /** Images that have a caption, and different captions: they look for each other among all of these. */
  readonly images: number;
  readonly captions: number;
  readonly imageToCaption: RecallFigures;
  readonly captionToImage: RecallFigures;
}

export interface CaptionEvaluation {
  /** Images of the test split alone, where captions of it are enough; else all. */
  readonly split: 'test' | 'all';
  /** Those that have a text half. */
  readonly encoders: readonly CaptionFigures[];
}

/** What a caption lies near to in place of its image. Similarities are cosines. */
export interface CaptionNeighbors {
  /** Of the image; of several the one that is farthest from it. */
  readonly caption: string;
  /** To its own image. */
  readonly similarity: number;
  /** The other images that the caption is nearest to, best first, with what is written about them. */
  readonly images: readonly {
    readonly path: string;
    readonly similarity: number;
    readonly captions: readonly string[];
  }[];
  /** The captions of other images that the image is nearest to, best first, with one of those images. */
  readonly captions: readonly { readonly caption: string; readonly path: string; readonly similarity: number }[];
}

/** An image and its own caption that are not each other's nearest. */
export interface FarPair {
  readonly path: string;
  readonly caption: string;
  readonly similarity: number;
  /** From 1: the place of the caption among all for the image, and of the image among those of other captions for the caption. */
  readonly captionRank: number;
  readonly imageRank: number;
}

/** Images against captions, each with each; of images that have none nothing is here. Similarities are cosines. */
export interface CaptionMatrix {
  readonly root: string;
  readonly encoder: { readonly id: string };
  /** The rows: images, relative to the root; `MOST_CELLS` at most, drawn at random where there are more. */
  readonly paths: readonly string[];
  /** The columns: the caption of the image of the same number, the first one where it has several. */
  readonly captions: readonly string[];
  /** All of the matrix row by row, as in `similarityCodes.ts`; the diagonal has the images with their own captions. */
  readonly codes: Uint16Array;
  /** Of the colours: nearly all values lie between. */
  readonly low: number;
  readonly high: number;
  /** Captions that differ, which images look for theirs among. */
  readonly different: number;
  readonly imageToCaption: RecallFigures;
  readonly captionToImage: RecallFigures;
  /** Means over images with their own captions, and with those of others. */
  readonly meanOwn: number;
  readonly meanOther: number;
  /** Those that find each other last come first. */
  readonly farthest: readonly FarPair[];
  readonly notices: readonly Notice[];
}

/** What reads the captions of a dataset, for people, or why nothing does. */
export type CaptionReading = { readonly by: string } | { readonly fault: string };

export interface CaptionRequests {
  /** What is written about images, in the order of the paths; none where nothing is, or it can't be read. */
  'captions/of': {
    params: { readonly root: string; readonly paths: readonly string[] };
    result: readonly (readonly string[])[];
  };
  /**
   * Where what is written about an image is kept: a file that has it, or several of which one does, absolute. Rejects with
   * captions-unmatched where the dataset has no captions.
   */
  'captions/source': {
    params: { readonly root: string; readonly path: string };
    result: { readonly files: readonly string[]; readonly captions: readonly string[] };
  };
  /** Undefined where the path lies in no dataset that has an index, or in one without captions. */
  'captions/reader': { params: { readonly path: string }; result: CaptionReading | undefined };
  /** Rejects with captions-unmatched, or with the codes of text halves. */
  'captions/neighbors': {
    params: { readonly root: string; readonly path: string; readonly count: number };
    result: CaptionNeighbors;
  };
  /** Rejects with captions-unmatched where fewer than two images have a caption, or with the codes of text halves. */
  'captions/matrix': {
    params: {
      readonly root: string;
      /** Relative to the root. */
      readonly paths: readonly string[];
      /** One that the index has vectors of, by its id; absent: the dataset's own. */
      readonly encoder?: string;
    };
    result: CaptionMatrix;
  };
}

export interface CaptionReport {
  /** Undefined where the configuration names no captions, or where they can't be compared, which a notice says. */
  readonly evaluation: CaptionEvaluation | undefined;
  readonly notices: readonly Notice[];
}
