/** What people decide of single images; `decisions.jsonl` keeps it, and everything that reads the dataset follows it. */
export type ImageDecision =
  /** Images are left out of trainings, evaluations and automatic labels. */
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

/** A decision about one image as it stands. */
export interface StandingDecision {
  readonly path: string;
  readonly decision: ImageDecision;
  /** ISO 8601. */
  readonly at: string;
}

export interface DecisionRequests {
  /** Gives the paths of which something changed. */
  'decisions/decide': { params: DecideRequest; result: { readonly changed: readonly string[] } };
  /** Sorted by path. */
  'decisions/list': { params: { readonly root: string }; result: readonly StandingDecision[] };
}
