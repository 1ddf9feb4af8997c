import type { Finding, FindingKind } from '../core/curation/findings.ts';
import type { Notice, ScanSettings } from './engine.ts';

export interface CheckRequest {
  /** Absolute; the dataset is brought up to date first, and images below the folder are checked. */
  readonly folder: string;
  /** An encoder's id or the absolute path of an ONNX file; absent: the dataset's own choice. */
  readonly encoder?: string;
  /** Absent: all kinds. */
  readonly only?: readonly FindingKind[];
  /** A file of accepted findings, absolute; absent: the dataset's own, if it has one. */
  readonly baseline?: string;
  /** Makes what is found the baseline; of kinds that aren't looked for, what was accepted stays. Of a whole dataset only. */
  readonly writeBaseline?: boolean;
  /** A git revision: findings that no image which was added or changed since has a part in are left out. */
  readonly since?: string;
  /** Relative to the root: findings that none of these images has a part in are left out. */
  readonly images?: readonly string[];
  readonly scan?: ScanSettings;
}

export interface CheckReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** Images that were looked at; those that people excluded are not among them. */
  readonly images: number;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Findings that are not listed, since they are in the baseline or were answered with "ignore". */
  readonly accepted: number;
  /** Of the kinds that were looked for and found. */
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
  /** What decided, by kind, where it is a number: from the dataset's config or the usual one. */
  readonly thresholds: Readonly<Partial<Record<FindingKind, number>>>;
  /** How the nearest images were found, where any kind asks for them: of very many, approximately. */
  readonly neighbors?: {
    readonly approximate: boolean;
    /** Share of the true nearest ones among those found, of a sample. */
    readonly recall: number;
  };
  readonly seconds: number;
  readonly notices: readonly Notice[];
  /**
   * Of the notices those of labels and splits that could not be read or contradict each other, so that leaks and wrong labels may
   * be missing; absent where there are none, or where no kind was looked for that labels have a part in.
   */
  readonly faults?: readonly Notice[];
}

/** What a check of a whole dataset found, as it was kept for later. */
export interface LastCheck {
  readonly report: CheckReport;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  /** The index has changed since, so that another check may find something else. */
  readonly outdated: boolean;
  /** Of the decisions that the check went by; see `digestOfDecisions`. Absent where it wasn't kept. */
  readonly decisions?: string;
}

export interface CheckRequests {
  'check/run': { params: CheckRequest; result: CheckReport };
  /** Undefined where no check of the whole dataset was kept. Rejects with not-indexed. */
  'check/last': { params: { readonly root: string }; result: LastCheck | undefined };
}
