import type { FileMove } from '../../../core/decisions/history.ts';
import type { ByteEdit } from '../../../core/labels/relabel/byteEdits.ts';
import type { RelabelChange, RelabelProblem, Relabelling } from '../../../protocol/relabels.ts';
import type { Dataset } from '../../dataset.ts';

/** A file and what is replaced in it. */
export interface PlannedFile {
  /** Absolute. */
  readonly file: string;
  /** Hex SHA-256 of the content that the edits are for; '' where there is no file yet, which one edit makes then. */
  readonly sha256: string;
  /** In their order. */
  readonly edits: readonly ByteEdit[];
}

export interface RelabelPlan {
  readonly changes: readonly RelabelChange[];
  readonly problems: readonly RelabelProblem[];
  /** In the order in which they have to be written, so that what is there makes sense at any time. */
  readonly files: readonly PlannedFile[];
  readonly moves: readonly FileMove[];
}

/** What a plan is made of. */
export interface RelabelWork {
  readonly dataset: Dataset;
  /** Of all images, relative to the root. */
  readonly paths: readonly string[];
  /** By path. */
  readonly wanted: ReadonlyMap<string, Relabelling>;
}
