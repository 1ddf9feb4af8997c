import type { AddedEncoder, EncoderCard, ListedEncoder } from '../core/encoders/card.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { HubCacheUsage } from '../core/hub/hubPlan.ts';
import type { Box } from '../core/images/boxes.ts';
import type { Size } from '../core/images/geometry.ts';
import type { Progress } from '../core/progress.ts';
import type { AugmentationRequests } from './augmentations.ts';
import type { CaptionRequests } from './captions.ts';
import type { CheckRequests } from './check.ts';
import type { DecisionRequests } from './decisions.ts';
import type { EvaluationRequests } from './evaluation.ts';
import type { ExchangeRequests } from './exports.ts';
import type { FilterRequests, SavedView } from './filters.ts';
import type { HubRequests } from './hub.ts';
import type { LabelRequests } from './labels.ts';
import type { MapRequests } from './maps.ts';
import type { MatrixRequests } from './matrix.ts';
import type { PredictionRequests } from './predictions.ts';
import type { SelectionRequests } from './selection.ts';
import type { ReviewRequests } from './review.ts';
import type { RelabelRequests } from './relabels.ts';
import type { RegionIndexReport } from './regions.ts';
import type { RunRequests, TrainingEngine } from './training.ts';
import type { ViewerRequests } from './viewer.ts';

/** Raised when a method or a type below changes; window and engine refuse each other when it differs. */
export const PROTOCOL_VERSION = 20;

/** A notice for the user about a command that did succeed: the index lives elsewhere, was rebuilt, … */
export interface Notice {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface FailedFile {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Files that were left out for the same reason; an excluded folder counts once. */
export interface SkippedFiles {
  readonly code: SkipCode;
  /** In lower case with its dot; '' for none. */
  readonly extension: string;
  readonly count: number;
  /** The first hundred, so that a folder of a million text files costs nothing. */
  readonly paths: readonly string[];
}
export type SkipCode = 'not-an-image' | 'excluded' | 'symbolic-link';

export interface ScanSettings {
  /** `.gitignore`-style patterns, on top of the built-in ones and of `config.json`. */
  readonly exclude?: readonly string[];
  readonly followSymlinks?: boolean;
  readonly maxMegapixels?: number;
}

export interface IndexRequest {
  /** Absolute. */
  readonly folder: string;
  /** An encoder's id or the absolute path of an ONNX file; absent: the dataset's own choice. */
  readonly encoder?: string;
  /** Absolute paths to look at, with all below them; absent: everything. */
  readonly only?: readonly string[];
  /** Parts of the images are indexed as well, of all images that lack them. */
  readonly regions?: boolean;
  readonly scan?: ScanSettings;
}

export interface IndexReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** Id of the default of today, as `DatasetSummary.newerEncoder`. */
  readonly newerEncoder?: string;
  /** Readable images in the index; `failed` is beside it, not in it. */
  readonly images: number;
  /** Vectors computed by this run. */
  readonly embedded: number;
  /** Files whose bytes the index had of another file, or under another name: with `embedded` and `unchanged` all that is readable. */
  readonly copies: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly failed: readonly FailedFile[];
  /** What isn't an image or was left out on purpose, by kind: neither indexed nor failed. */
  readonly skipped: readonly SkippedFiles[];
  /** Where they were asked for. */
  readonly regions?: RegionIndexReport;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface DatasetRequest {
  /** Any absolute path; the dataset is the nearest ancestor that has an index. */
  readonly path: string;
}

export interface Count {
  readonly name: string;
  readonly count: number;
}

export interface DatasetSummary {
  readonly root: string;
  readonly indexLocation: string;
  readonly encoder: EncoderCard | undefined;
  /** The default of today, where the dataset was indexed with an older one and nobody has chosen that. */
  readonly newerEncoder: EncoderCard | undefined;
  readonly images: number;
  /** Images that have a vector of `encoder`. */
  readonly embedded: number;
  /** Sorted by name; images without a label are not in it. */
  readonly classes: readonly Count[];
  readonly splits: readonly Count[];
  /** Sorted by name; an image may have several. */
  readonly tags: readonly Count[];
  /** Sorted by name. */
  readonly views: readonly SavedView[];
  readonly failed: readonly FailedFile[];
  /** Milliseconds since the epoch of the last finished run. */
  readonly indexedAt: number | undefined;
  readonly notices: readonly Notice[];
}

export interface ImageFilter {
  readonly classes?: readonly string[];
  readonly splits?: readonly string[];
}

export interface SimilarRequest {
  /** Absolute path of an image, in the dataset or anywhere else. */
  readonly image: string;
  /** A folder of the dataset to search; absent: the dataset that holds the image. */
  readonly folder?: string;
  readonly count: number;
  readonly encoder?: string;
  readonly filter?: ImageFilter;
  /** Relative to the root: only these can be results. */
  readonly images?: readonly string[];
  /** Looks for what is like this part of the image; what reaches beyond the picture is cut off. Absent: all of it. */
  readonly region?: Box;
  /**
   * Compares with the indexed parts of images as well, and an image counts with what is most alike of it. Rejects with
   * regions-not-indexed where that is `required` and there are none.
   */
  readonly regions?: 'required' | 'available';
  readonly scan?: ScanSettings;
}

export interface SimilarImage {
  /** Relative to the dataset root, with `/`. */
  readonly path: string;
  /** Cosine similarity. */
  readonly similarity: number;
  /** The part of the image that is this similar; absent where it is the whole image. */
  readonly region?: MatchedRegion;
  readonly label: string | undefined;
  readonly split: string | undefined;
  /** What is written about it, '' of an empty caption, what is nearest first where captions were compared; absent where nothing is. */
  readonly captions?: readonly string[];
}

export interface MatchedRegion {
  readonly box: Box;
  /** Size of the whole picture in pixels. */
  readonly picture: Size;
}

export interface SimilarReport {
  readonly root: string;
  /** Relative to the root where the query lies in it, absolute otherwise. */
  readonly query: { readonly path: string; readonly label: string | undefined; readonly split: string | undefined };
  /** The part of the query that was compared, where one was named. */
  readonly region?: Box;
  readonly encoder: { readonly id: string; readonly dim: number };
  readonly approximate: boolean;
  /** Share of the true neighbours that are found; 1 where the search is exact. */
  readonly recall: number;
  readonly results: readonly SimilarImage[];
  /** Images of the dataset that were compared, after the filter. */
  readonly searched: number;
  /** Parts of images that were compared, where that was asked for and there are any. */
  readonly searchedRegions?: {
    readonly regions: number;
    /** Images that have parts in the index, and images there are; without a filter. */
    readonly images: number;
    readonly of: number;
  };
}

export interface TextSearchRequest {
  /** A folder of the dataset to search. */
  readonly folder: string;
  /** Texts that say the same in other words, or things that are all wanted; may be empty where there is an image. */
  readonly texts: readonly string[];
  /** For what is not wanted. */
  readonly minus?: readonly string[];
  /** Absolute path of an image to be like besides. */
  readonly image?: string;
  /** Share of the image, from 0 to 1; the rest is the texts'. Half where it is left out. */
  readonly imageWeight?: number;
  readonly count: number;
  readonly encoder?: string;
  /** Compares with the captions of the images instead of the images, by the encoder of captions; an image stands for its caption. */
  readonly captions?: boolean;
  readonly filter?: ImageFilter;
  /** Relative to the root: only these can be results. */
  readonly images?: readonly string[];
  readonly scan?: ScanSettings;
}

export interface TextSearchReport extends Omit<SimilarReport, 'query'> {
  readonly query: {
    readonly texts: readonly string[];
    readonly minus: readonly string[];
    /** Relative to the root where it lies in it, absolute otherwise. */
    readonly image: string | undefined;
    readonly imageWeight: number | undefined;
  };
  /** Texts that are longer than what the encoder reads, a sentence each. */
  readonly notices: readonly string[];
  /** What read the captions, for people, where these were compared. */
  readonly readBy?: string;
}

export interface ThumbnailsRequest {
  readonly root: string;
  /** Relative to the root. */
  readonly paths: readonly string[];
}

export interface Thumbnail {
  readonly path: string;
  /** WebP bytes; absent where there is none. */
  readonly bytes: Uint8Array | undefined;
}

export interface EncodersRequest {
  /** Absolute path in a dataset, to list that dataset's encoders too. */
  readonly folder?: string;
  /** Lists imported vectors as well, which what is already there can be looked at with, and nothing can be embedded. */
  readonly imported?: boolean;
  /** Lists sentence encoders as well, which are encoders of captions. */
  readonly ofTexts?: boolean;
  /** Lists only those of the dataset that pretraining can go on with; the others don't count then. */
  readonly trainable?: boolean;
}

export interface DoctorRequest {
  /** Absolute; a TensorFlow.js is looked for in its `node_modules` and in those of the folders above. Absent: in none. */
  readonly folder?: string;
  /** What trainings are set to use; that TensorFlow.js is missing is a problem where it is the one. */
  readonly engine?: TrainingEngine;
  /** As in `PretrainRequest`. */
  readonly tensorFlowModule?: string;
}

/**
 * What would know more of a dataset's pictures than its encoder: the default, where it has learnt nothing or is an older one; a larger
 * one, where it is the default; itself after fine-tuning, where it is another without classes; else whatever a comparison shows.
 */
export type StrongerEncoder = 'default' | 'larger' | 'tuned' | 'compared';

export interface DoctorReport {
  /** What the folder's dataset is looked at with, or would be; undefined where it can't be used. */
  readonly encoder?: {
    readonly id: string;
    readonly name: string;
    readonly stronger: StrongerEncoder;
    /** On the CPU; 0 where it can't be measured. */
    readonly imagesPerSecond: number;
  };
  readonly machine: {
    /** That encoders run on. */
    readonly threads: number;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly freeBytes: number;
  };
  /** What is slower than it has to be, and what to do. */
  readonly slow: readonly { readonly code: string; readonly message: string }[];
  readonly versions: Readonly<Record<string, string>>;
  /** Name of the encoder whose speeds the providers have: the one in use or, where that can't be measured, the default one. */
  readonly measuredWith?: string;
  readonly providers: readonly {
    readonly name: string;
    readonly works: boolean;
    /** 0 where the provider doesn't work. */
    readonly imagesPerSecond: number;
    /** Lowest cosine similarity to the CPU's vectors. */
    readonly agreement: number;
    /** Why it doesn't work, as the rest of a sentence that begins with its name. */
    readonly reason?: string;
  }[];
  /** Encoders from the hub that are kept for all datasets. */
  readonly downloads: HubCacheUsage;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

/** Requests a window makes of the engine: name → parameters and result. */
export interface EngineRequests
  extends
    RunRequests,
    EvaluationRequests,
    LabelRequests,
    RelabelRequests,
    PredictionRequests,
    AugmentationRequests,
    MapRequests,
    DecisionRequests,
    CheckRequests,
    SelectionRequests,
    ExchangeRequests,
    ReviewRequests,
    FilterRequests,
    HubRequests,
    MatrixRequests,
    CaptionRequests,
    ViewerRequests {
  'engine/handshake': {
    params: { readonly protocol: number };
    result: { readonly protocol: number; readonly pid: number };
  };
  'index/run': { params: IndexRequest; result: IndexReport };
  'index/summary': { params: DatasetRequest; result: DatasetSummary | undefined };
  'search/similar': { params: SimilarRequest; result: SimilarReport };
  'search/text': { params: TextSearchRequest; result: TextSearchReport };
  'images/thumbnails': { params: ThumbnailsRequest; result: readonly Thumbnail[] };
  'encoders/list': { params: EncodersRequest; result: readonly ListedEncoder[] };
  'encoders/add': { params: { readonly file: string; readonly folder: string }; result: AddedEncoder };
  'encoders/choose': { params: { readonly encoder: string; readonly folder: string }; result: EncoderCard };
  'doctor/run': { params: DoctorRequest; result: DoctorReport };
}
export type EngineMethod = keyof EngineRequests;

/** Progress is a notification of its own, by the number that the request carried. */
export interface ProgressNotification {
  readonly token: number;
  readonly progress: Progress;
}

/** The engine's log, one entry a notification. */
export interface LogNotification {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}
