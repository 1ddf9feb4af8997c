import type { AugmentationRecipe } from '../core/augmentation/recipe.ts';
import type { ProbeName } from '../core/augmentation/sensitivity.ts';
import type { PairAction } from '../core/decisions/decisionLines.ts';
import type { Histogram } from '../core/evaluation/separation.ts';
import type { ScanSettings } from './engine.ts';

/** Height and width of a view in pixels, as training takes them. */
export const viewSizes: readonly number[] = [32, 48, 64, 96, 128];
/** Numbers of views on offer, and the most that are made. */
export const viewCounts: readonly number[] = [6, 12, 24, 48];
/** The most images of a sample. */
export const MAX_SAMPLE = 256;

/** How views are made. */
export interface ViewSettings {
  readonly viewSize: number;
  readonly seed: number;
  readonly scan?: ScanSettings;
}

export interface ViewsRequest extends ViewSettings {
  /** Absolute path of an image, in a dataset or anywhere else. */
  readonly image: string;
  /** A folder of the dataset to compare with; absent: the dataset that holds the image. */
  readonly folder?: string;
  readonly recipe: AugmentationRecipe;
  readonly count: number;
}

/** An encoded picture. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  /** Such as `image/png`. */
  readonly type: string;
}

export interface OtherImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly similarity: number;
  readonly label: string | undefined;
  readonly thumbnail: Uint8Array | undefined;
}

/** Views of one image, and how alike the dataset's encoder finds them. Similarities are cosines. */
export interface ViewsReport {
  readonly root: string;
  /** Relative to the root where the image lies in it, absolute otherwise. */
  readonly path: string;
  readonly label: string | undefined;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** All of the image, in its own proportions. */
  readonly original: EncodedPicture;
  readonly views: readonly EncodedPicture[];
  /** Of each view to the original at the size of a view; NaN where the encoder has no vector for it. */
  readonly similarities: Float32Array;
  /** `count × count`: of the views to each other. */
  readonly matrix: Float32Array;
  /** The images most similar to this one, best first; images of the same bytes are left out. */
  readonly nearest: readonly OtherImage[];
  /** Of an image to its nearest other one: the median over a sample of the index; NaN where there is a single image. */
  readonly typicalNearest: number;
  /** Images of that sample. */
  readonly sampled: number;
  /** What the dataset's config says; undefined where it has no augmentation of its own. */
  readonly own: AugmentationRecipe | undefined;
}

export interface SampleRequest extends ViewSettings {
  /** Any absolute path in the dataset. */
  readonly folder: string;
  /** At most `MAX_SAMPLE`. */
  readonly images: number;
}

/** What one augmentation does by itself, at each of the report's shares. */
export interface SensitivityCurve {
  readonly name: ProbeName;
  /** Mean over the images of the similarity of a view to its original. */
  readonly similarities: Float32Array;
  /** Share of the images whose view has a nearest labelled image of another class than the original has; NaN without labels. */
  readonly flips: Float32Array;
}

export interface SensitivityReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** That were looked at; files that can't be read are left out. */
  readonly images: number;
  /** Shares of the greatest strength, from 0 to 1. */
  readonly shares: Float64Array;
  readonly curves: readonly SensitivityCurve[];
  /** Of an image to its nearest other one: the median over these images; NaN where there is a single image. */
  readonly nearest: number;
  /** Whether there are labels that neighbours could disagree on. */
  readonly labelled: boolean;
}

export interface BatchRequest extends SampleRequest {
  readonly recipe: AugmentationRecipe;
}

/** Two views of one image. */
export interface PositivePair {
  readonly path: string;
  readonly label: string | undefined;
  readonly similarity: number;
  readonly views: readonly [EncodedPicture, EncodedPicture];
}

/** Views of two images, those of theirs that are the most alike. */
export interface NegativePair {
  readonly paths: readonly [string, string];
  readonly labels: readonly [string | undefined, string | undefined];
  readonly similarity: number;
  /** Undefined where one of them has no class. */
  readonly sameClass: boolean | undefined;
  /** What people have decided of the two. */
  readonly decided: PairAction | undefined;
  readonly views: readonly [EncodedPicture, EncodedPicture];
}

export interface BatchReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  readonly images: number;
  /** Two views of an image; and views of different images. */
  readonly positives: Histogram;
  readonly negatives: Histogram;
  readonly meanPositive: number;
  readonly meanNegative: number;
  /** The probability that two views of an image are more alike than views of two images. */
  readonly separation: number;
  /** The least similar first. */
  readonly hardestPositives: readonly PositivePair[];
  /** The most similar first, each pair of images once. */
  readonly hardestNegatives: readonly NegativePair[];
  /** Of the negatives whose images both have a class, the share in which it is the same one; NaN where there are none. */
  readonly sameClassNegatives: number;
}

export interface AugmentationRequests {
  'augmentations/views': { params: ViewsRequest; result: ViewsReport };
  'augmentations/sensitivity': { params: SampleRequest; result: SensitivityReport };
  'augmentations/batch': { params: BatchRequest; result: BatchReport };
  /** Makes a recipe the dataset's own; undefined removes it. */
  'augmentations/save': {
    params: { readonly folder: string; readonly recipe: AugmentationRecipe | undefined };
    result: { readonly root: string };
  };
}
