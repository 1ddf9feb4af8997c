import type { ErrorCode } from '../core/errors.ts';

/** Why a panel can't show what was asked for. */
export interface PanelFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the panel offers to do about it. */
  readonly remedy: 'index' | 'retry' | 'trust' | 'pick' | 'none';
}

/** Bytes of a picture as the host hands them to a page. */
export interface Picture {
  /** Relative to the root of the dataset. */
  readonly path: string;
  /** Absent where there is none. */
  readonly bytes: Uint8Array | undefined;
  /** Such as `image/webp`. */
  readonly type: string;
}
