import type { AccuracyFigures } from '../core/evaluation/predictionFigures.ts';
import type { Count, FailedFile, Notice, ScanSettings } from './engine.ts';

export interface PredictRequest {
  /** Absolute: a folder in or outside of a dataset, or one image. All images below it get a prediction. */
  readonly folder: string;
  /** Relative to the root of the dataset: only these of them get a prediction. */
  readonly images?: readonly string[];
  /**
   * Id of an encoder with classes of the folder's dataset, of the run that made it, or the absolute path of an ONNX file.
   * Absent: the dataset's own encoder if it has classes, else that of the newest finished run that has some.
   */
  readonly encoder?: string;
  /** Leaves less confident predictions out of the list and the file; figures are of all. From 0 to 1. */
  readonly minConfidence?: number;
  /** Writes the predictions as CSV: `path,label,confidence`. A file that is there is replaced only if told so. */
  readonly out?: { readonly file: string; readonly replace: boolean };
  readonly scan?: ScanSettings;
}

export interface Prediction {
  /** Relative to the dataset root, with `/`. */
  readonly path: string;
  /** The most probable class. */
  readonly label: string;
  /** Its probability, calibrated on the validation images of the fine-tuning. */
  readonly confidence: number;
}

export interface SplitFigures extends AccuracyFigures {
  /** Null for images that are of none. */
  readonly split: string | null;
}

/** How well one class is recognised; null where there is nothing to divide by. */
export interface ClassFigures {
  readonly label: string;
  /** Images of the class. */
  readonly support: number;
  /** Images that were taken for the class, rightly or not. */
  readonly predicted: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** The figures that say most about new images. Images that the encoder was trained on are left out where that is known. */
export interface HeadlineFigures extends AccuracyFigures {
  /** The split that they are of; `all`: there is no test and no validation split. */
  readonly of: 'test' | 'validation' | 'all';
  /** In the order of the encoder's classes. */
  readonly classes: readonly ClassFigures[];
  /** Images by class: rows are the true classes, columns the predicted ones, in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[];
  /** The most frequent mistakes, at most ten. */
  readonly confused: readonly { readonly label: string; readonly predicted: string; readonly count: number }[];
}

export interface Mistake {
  readonly path: string;
  /** The label that the image has. */
  readonly label: string;
  readonly predicted: string;
  readonly confidence: number;
  readonly split: string | null;
}

export interface PredictReport {
  readonly root: string;
  /** Relative to the root; '' for all of it. */
  readonly folder: string;
  readonly encoder: { readonly id: string; readonly name: string; readonly classes: readonly string[] };
  /** Sorted by path. */
  readonly predictions: readonly Prediction[];
  /** Images that have a prediction, with those that were not confident enough to be listed. */
  readonly images: number;
  /** Images that have none. */
  readonly failed: readonly FailedFile[];
  /** Images with a prediction and a label that is one of the encoder's classes. */
  readonly labelled: number;
  /** Labels that are none of the encoder's classes, by name; their images count in no figure. */
  readonly unknownClasses: readonly Count[];
  /** Null where no image has a label that the encoder knows. */
  readonly figures: HeadlineFigures | null;
  /** Of all labelled images, by split; `seen` tells how many of them the encoder was trained on. */
  readonly splits: readonly SplitFigures[];
  /** Labelled images that are taken for another class, the most confident first; at most a hundred. */
  readonly mistakes: readonly Mistake[];
  /** The file that was written, absolute. */
  readonly out: string | undefined;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface PredictionRequests {
  'predictions/run': { params: PredictRequest; result: PredictReport };
}
