import type { LikenessError } from '../../../core/errors.ts';

/** Something that is wrong with a source. */
export interface SourceFault {
  /** For who needs all of its labels. */
  readonly failure: LikenessError;
  /** For who goes on with the rest. */
  readonly notice: LikenessError;
}

/** What the folders or files of a dataset say of its images, by path. */
export interface SourceLabels {
  readonly labels: ReadonlyMap<string, string>;
  /** `train`, `validation`, `test` or another name; empty where the source tells none. */
  readonly splits: ReadonlyMap<string, string>;
  /** What the source says twice and otherwise, which is left out of the above. */
  readonly faults: readonly SourceFault[];
  readonly notices: readonly LikenessError[];
}
