import type { PairAction } from '../core/decisions/decisionLines.ts';
import type { DecisionProblem } from '../core/decisions/decisionProblems.ts';
import type { Notice } from './engine.ts';

/** What people decide of single images; `decisions.jsonl` keeps it, and everything that reads the dataset follows it. */
export type ImageDecision =
  /** Images stay, whatever was decided of others that hold the same bytes: of copies this one is the one to have. */
  | { readonly action: 'keep' }
  /** Files are moved into the dataset's quarantine, from which they come back by taking this back. */
  | { readonly action: 'quarantine' }
  /** Images are left out of trainings, evaluations and automatic labels; other files of the same bytes stay. */
  | { readonly action: 'exclude' }
  /** They have this class, whatever folder or table says. */
  | { readonly action: 'relabel'; readonly value: string }
  | { readonly action: 'tag'; readonly value: string }
  /** A finding is no issue: checks don't list it any more. It is written down with the finding's own path. */
  | { readonly action: 'ignore'; readonly finding: string };

export interface DecideRequest {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root; '' for the finding about the dataset as a whole that is to be ignored. */
  readonly paths: readonly string[];
  readonly decision: ImageDecision;
  /** Takes decisions of this kind back instead: for `tag` of that value, for `relabel` of any, for `ignore` of that finding. */
  readonly undo?: boolean;
}

export interface PairDecisionRequest {
  /** The dataset's root. */
  readonly root: string;
  /** Relative to the root. */
  readonly paths: readonly [string, string];
  /** Undefined takes what was decided back. */
  readonly action: PairAction | undefined;
}

/** What one key press of a review decides, of all images that it is about: all of it or nothing, and one undo takes it back. */
export interface DecisionStep {
  /** Absolute. */
  readonly root: string;
  /** What was done, for the menu of undo; absent: as the decisions tell, "Exclude 2 images". */
  readonly title?: string;
  readonly decisions: readonly StepPart[];
  /** Id of the finding that this answers; it is written down with the decisions, which close it. */
  readonly finding?: string;
  /**
   * Where this is given, images that can't be read, or brought back, are left out and told; otherwise one of them refuses all.
   * Each list: images that are left out together, since nothing of them is to be decided without the others, whether anything is
   * decided of those or not.
   */
  readonly leavesOut?: readonly (readonly string[])[];
}

export interface StepPart extends Pick<DecideRequest, 'paths' | 'decision' | 'undo'> {
  /** Id of the finding that this part answers, of a step that is about several. */
  readonly finding?: string;
}

/** An image of which nothing was decided. */
export interface LeftOut {
  /** Relative to the root. */
  readonly path: string;
  /** Why, in a sentence. */
  readonly message: string;
}

/** A step that was taken before, which can be undone or done again. */
export interface TakenStep {
  readonly title: string;
  readonly finding?: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What undo and redo would do; they survive a restart. */
export interface DecisionHistory {
  readonly undo?: TakenStep;
  readonly redo?: TakenStep;
}

export interface StepOutcome extends DecisionHistory {
  /** The step that was taken, undone or done again; absent where there was none. */
  readonly step?: TakenStep;
  /** Relative to the root: images of which something changed, sorted. */
  readonly changed: readonly string[];
  /** What a person should know besides; absent where there is nothing. */
  readonly notices?: readonly Notice[];
  /** Of a step that leaves out what can't be done; absent where all was. */
  readonly leftOut?: readonly LeftOut[];
}

/** A file that was set aside. */
export interface QuarantinedImage {
  /** Where it was, relative to the root, and where it goes back to. */
  readonly path: string;
  /** Where it is, relative to the root. */
  readonly at: string;
  readonly content: string;
  /** ISO 8601. */
  readonly since: string;
}

/** A decision about one image as it stands. */
export interface StandingDecision {
  readonly path: string;
  readonly decision: ImageDecision;
  /** ISO 8601. */
  readonly at: string;
}

/** A decision about two images as it stands. */
export interface StandingPair {
  readonly path: string;
  readonly with: string;
  readonly action: PairAction;
  /** ISO 8601. */
  readonly at: string;
}

export interface RepeatRequest {
  /** Absolute. */
  readonly root: string;
  /** What is to be undone or done again, as an outcome told it; where another step is next by now, nothing is done. */
  readonly step?: TakenStep;
}

export interface DecisionRequests {
  /** Writes one decision down, or takes it back, as a step by itself. */
  'decisions/decide': { params: DecideRequest; result: StepOutcome };
  /** Writes down what a person says of two images, as a step by itself. */
  'decisions/pair': { params: PairDecisionRequest; result: StepOutcome };
  /** Writes down a step, moves files where it sets some aside, and remembers it for undo. */
  'decisions/take': { params: DecisionStep; result: StepOutcome };
  'decisions/undo': { params: RepeatRequest; result: StepOutcome };
  'decisions/redo': { params: RepeatRequest; result: StepOutcome };
  'decisions/history': { params: { readonly root: string }; result: DecisionHistory };
  /** Sorted by path. */
  'decisions/quarantined': { params: { readonly root: string }; result: readonly QuarantinedImage[] };
  /** What is wrong with the lines of `decisions.jsonl`, compared with the images as they were when they were indexed last. */
  'decisions/problems': {
    /** `text`: as it stands in an editor; absent: what the file says. */
    params: { readonly root: string; readonly text?: string };
    result: readonly DecisionProblem[];
  };
  /** Sorted by path. */
  'decisions/list': { params: { readonly root: string }; result: readonly StandingDecision[] };
}
