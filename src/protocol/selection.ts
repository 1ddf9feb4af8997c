import type { SelectionMethod } from '../core/curation/selection/selection.ts';
import type { SplitShares } from '../core/curation/splitting/assignSplits.ts';
import type { AssignedSplit } from '../core/curation/splitting/splitPatterns.ts';
import type { TakenStep } from './decisions.ts';
import type { Count, Notice, ScanSettings } from './engine.ts';

export interface SelectRequest {
  /** Absolute; the dataset is brought up to date first, and images below the folder are chosen. */
  readonly folder: string;
  /** An integer from 1. */
  readonly count: number;
  /** Absent: facility-location. */
  readonly method?: SelectionMethod;
  /** Equal numbers of each class, as far as there are so many. */
  readonly balanced?: boolean;
  /** Chooses only among these images, or folders of them, relative to the root; absent: all below the folder. */
  readonly images?: readonly string[];
  /** Images that are chosen already, or folders of them, anywhere in the dataset; relative to its root. */
  readonly fixed?: readonly string[];
  /** Images with one of these tags are chosen already too. */
  readonly fixedTags?: readonly string[];
  /**
   * Chooses what is most informative to label next: only images without a label, to go with those that have one. With
   * `facility-location` an image counts the more the less the labelled ones around it agree.
   */
  readonly toLabel?: boolean;
  /** An integer from 0; absent: 0. */
  readonly seed?: number;
  /** An encoder's id or the absolute path of an ONNX file; absent: the dataset's own choice. */
  readonly encoder?: string;
  /** Tags the chosen images. */
  readonly tag?: string;
  /** Writes the paths, one a line. A file that is there is replaced only if told so. */
  readonly out?: { readonly file: string; readonly replace: boolean };
  readonly scan?: ScanSettings;
}

export interface SelectReport {
  readonly root: string;
  /** Relative to the root, in the order of their use: the first of them are a good choice too. */
  readonly paths: readonly string[];
  readonly method: SelectionMethod;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** What was chosen from: neither excluded, nor fixed, nor a copy of one of these or of what is fixed. */
  readonly candidates: number;
  readonly copies: number;
  readonly fixed: number;
  /** Images with a label that the chosen ones go with, where those to label next were asked for; else 0. */
  readonly labelled: number;
  /** Of the chosen images; those without a label are not in it. */
  readonly classes: readonly Count[];
  readonly out: string | undefined;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface SplitRequest {
  /** Absolute; the dataset is brought up to date first, and images below the folder are assigned. */
  readonly folder: string;
  readonly shares: SplitShares;
  /**
   * Paths relative to the root: only these are assigned, and shares are theirs. All others keep the split that they have; those
   * without one that are copies of an image that gets one go with it. Absent: all below the folder.
   */
  readonly images?: readonly string[];
  /** Images that have a split are assigned anew. */
  readonly all?: boolean;
  /** An integer from 0; absent: 0. */
  readonly seed?: number;
  readonly encoder?: string;
  /** Writes the splits into the dataset's config. */
  readonly apply?: boolean;
  /** Writes the table `path,split`. A file that is there is replaced only if told so. */
  readonly out?: { readonly file: string; readonly replace: boolean };
  readonly scan?: ScanSettings;
}

export interface ClassSplit {
  /** Undefined for the images without one. */
  readonly label: string | undefined;
  readonly images: number;
  /** By split; those without an image are not in it. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface SplitReport {
  readonly root: string;
  /** Every image that was to be assigned or goes with one, sorted by path, relative to the root. */
  readonly assignments: readonly AssignedSplit[];
  /** Copies of images that were to be assigned, which were not but had no split: they go along, lest they lie elsewhere later. */
  readonly along: number;
  /** Images that had a split and kept it. */
  readonly kept: number;
  /** Groups of two or more copies. */
  readonly groups: number;
  /** Groups that lay in several splits before and stay there. */
  readonly torn: number;
  /**
   * Scenes of which there are several shots, that lie in one split and that don't; absent where they were not looked for: nothing
   * was to be assigned, or it would have taken too long.
   */
  readonly scenes?: { readonly together: number; readonly apart: number };
  readonly shares: SplitShares;
  /** By name; images without a label come last. */
  readonly classes: readonly ClassSplit[];
  readonly applied: boolean;
  /** The table that the applied split is in, relative to the root; absent where patterns in the configuration tell it. */
  readonly table?: string;
  /** That undo takes back; absent where nothing was applied, or all was so before. */
  readonly step?: TakenStep;
  readonly out: string | undefined;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface SelectionRequests {
  'selection/select': { params: SelectRequest; result: SelectReport };
  'selection/split': { params: SplitRequest; result: SplitReport };
}
