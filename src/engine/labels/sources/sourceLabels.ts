import type { LikenessError } from '../../../core/errors.ts';

/** What the folders or files of a dataset say of its images, by path. */
export interface SourceLabels {
  readonly labels: ReadonlyMap<string, string>;
  /** `train`, `validation`, `test` or another name; empty where the source tells none. */
  readonly splits: ReadonlyMap<string, string>;
  readonly notices: readonly LikenessError[];
}
