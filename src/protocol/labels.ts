import type { Notice, ScanSettings } from './engine.ts';

/**
 * How labels are guessed: by a linear classifier of the vectors beside votes of the nearest labelled images, by these votes alone, by
 * labels that spread over a graph of all images, by what an encoder says that was fine-tuned to the classes, or by the words for a class
 * that fit an image best. The last but one is checked with labels that it was not trained on only; the last needs no labels, and is
 * checked where there are some.
 */
export type LabelMethod = 'linear' | 'neighbors' | 'propagation' | 'classifier' | 'words';

/** Classes by their names, for the method `words`. */
export interface LabelWords {
  readonly names: readonly string[];
  /** Texts that say what an image shows, with {} for the name; absent: "a photo of a {}" and the like. */
  readonly templates?: readonly string[];
}

export interface LabelRequest {
  /** Any absolute path in the dataset, which is indexed first. */
  readonly folder: string;
  /** Absolute; only images below it are proposed a label for. Labels of the whole dataset are learnt from. */
  readonly below?: string;
  /** Relative to the root: only these are proposed a label for. */
  readonly images?: readonly string[];
  /**
   * An encoder's id or the absolute path of an ONNX file; of `classifier` also a run's id. Absent: the dataset's own choice;
   * of `classifier` only if it knows classes, else the encoder of the newest finished run that does.
   */
  readonly encoder?: string;
  /** Absent: `linear`. */
  readonly method?: LabelMethod;
  /** Of `words`, which needs them. */
  readonly words?: LabelWords;
  /** Neighbours that vote (20), or that every image is joined with in the graph (10); not of `classifier` and `words`. */
  readonly neighbors?: number;
  /** Share of the proposals that must be right, as far as held-out labels can show it; above 0 and below 1. Absent: 0.95. */
  readonly precision?: number;
  /** Proposals per class at most. */
  readonly cap?: number;
  /** No class gets more proposals than the one with the fewest. */
  readonly balanced?: boolean;
  /** Writes the proposals as CSV: `path,label,confidence`. A file that is there is replaced only if told so. */
  readonly out?: { readonly file: string; readonly replace: boolean };
  readonly scan?: ScanSettings;
}

export interface LabelProposal {
  /** Relative to the dataset root, with `/`. */
  readonly path: string;
  readonly label: string;
  /** Share of such guesses that are right, by held-out labels; of `words` without any the encoder's own confidence. */
  readonly confidence: number;
}

/** What is left when guesses below a confidence are dropped, on held-out labels. */
export interface PrecisionCurvePoint {
  readonly threshold: number;
  /** Share of the held-out images that keep their guess. */
  readonly coverage: number;
  /** Share of these guesses that are right. */
  readonly precision: number;
  /** What the precision is at least, with 95 % confidence. */
  readonly precisionBound: number;
}

export interface ProposedClass {
  readonly label: string;
  /** Labelled images that were learnt from. */
  readonly labelled: number;
  /** Held-out images that were taken for the class, rightly or not. */
  readonly guessed: number;
  /** Confidence that its proposals have at least; null where none is sure enough. */
  readonly threshold: number | null;
  /** Whether that threshold comes from this class alone: with many held-out images it does. */
  readonly ownThreshold: boolean;
  readonly proposed: number;
}

export interface LabelReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  readonly method: LabelMethod;
  /** Of `classifier` 1: the nearest labelled image tells how familiar one is; of `words` 0. */
  readonly neighbors: number;
  /** The precision that was asked for. */
  readonly precision: number;
  /** The most confident first. Images with a label are never among them. */
  readonly proposals: readonly LabelProposal[];
  /** Images that had no label. */
  readonly unlabelled: number;
  /** Images with a label that were learnt from; of `classifier` those that it was trained on. */
  readonly labelled: number;
  /** Labelled images that were guessed as if they had none, copies counting once; of `classifier` those it has not seen. */
  readonly heldOut: { readonly images: number; readonly correct: number };
  /** Of the classes without a threshold of their own; null where none is strict enough. */
  readonly threshold: number | null;
  /** Proposals per class at most; null without a limit. */
  readonly cap: number | null;
  readonly balanced: boolean;
  /** By one threshold for all classes, from the strictest to none. */
  readonly curve: readonly PrecisionCurvePoint[];
  readonly classes: readonly ProposedClass[];
  /** Images that stay without a label: unlike all labelled ones, not sure enough, above the cap. */
  readonly withheld: { readonly unlike: number; readonly unsure: number; readonly capped: number };
  /** The file that was written, absolute. */
  readonly out: string | undefined;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface LabelRequests {
  'labels/propose': { params: LabelRequest; result: LabelReport };
}
