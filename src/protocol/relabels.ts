import type { LabelSource } from '../core/config/datasetConfig.ts';
import type { TakenStep } from './decisions.ts';
import type { Notice } from './engine.ts';

/** A class that was decided, and that the place which labels come from doesn't say yet. */
export interface Relabelling {
  /** Of the image, relative to the root. */
  readonly path: string;
  /** What is said there; undefined where the image has no label. */
  readonly from: string | undefined;
  readonly to: string;
}

export interface RelabelChange extends Relabelling {
  /** What is written: a file and the lines in it, or, of labels by folders, where the image goes. Relative to the root where it lies in it. */
  readonly where: { readonly file: string; readonly lines: readonly number[] } | { readonly target: string };
}

export interface RelabelProblem extends Relabelling {
  /** Why it can't be written, and what to do: the end of a sentence about the image. */
  readonly reason: string;
}

export interface RelabelPreview {
  readonly root: string;
  readonly source: LabelSource;
  /** Changes with what would be written, and with the files that it would be written to. */
  readonly id: string;
  /** In the order of the paths, as `problems` are. */
  readonly changes: readonly RelabelChange[];
  readonly problems: readonly RelabelProblem[];
  /** That would change, in the order in which they do; relative to the root where they lie in it. */
  readonly files: readonly string[];
  readonly notices: readonly Notice[];
}

export interface RelabelRequest {
  /** Any absolute path in a dataset that has an index. */
  readonly folder: string;
}

export interface ApplyRelabelsRequest extends RelabelRequest {
  /** The id of the preview that a person has seen; where anything has changed since, nothing is written. */
  readonly preview?: string;
}

export interface AppliedRelabels extends RelabelPreview {
  /** That undo takes back. Absent where nothing was written. */
  readonly step?: TakenStep;
}

export interface RelabelRequests {
  /** What of the decided classes would be written to where labels come from. */
  'labels/preview': { params: RelabelRequest; result: RelabelPreview };
  /** Writes it. Gives what was done; the decisions stay, and say the same as the labels from then on. */
  'labels/apply': { params: ApplyRelabelsRequest; result: AppliedRelabels };
}
