import type { ImageQuality } from '../core/images/quality.ts';
import type { Decision } from '../core/decisions/decisions.ts';
import type { Picture } from './panels.ts';

/** What is known of an image of a finding. */
export interface ReviewedImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly label: string | undefined;
  readonly split: string | undefined;
  /** What is written about it, '' of an empty caption; absent where nothing is. */
  readonly captions?: readonly string[];
  /** Absent where the image can't be read or isn't in the index any more. */
  readonly file:
    | {
        readonly width: number;
        readonly height: number;
        readonly bytes: number;
        /** `jpeg`, `png`, … */
        readonly format: string;
        readonly quality: ImageQuality | undefined;
      }
    | undefined;
}

export interface DifferenceRequest {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root. */
  readonly paths: readonly [string, string];
}

/** How two pictures differ, laid upon each other. */
export interface DifferenceReport {
  /** WebP without loss: dark where they are the same, the lighter the more they differ. */
  readonly picture: Uint8Array;
  /** False where they are not the same picture, and are laid upon each other as they are. */
  readonly isSame: boolean;
  /** What was undone to lay them upon each other: "mirrored", "turned", "cropped", "resized". */
  readonly undone: readonly string[];
  /** Of all pixels and colours, from 0 to 255. */
  readonly mean: number;
  /** Share of the pixels that differ notably. */
  readonly changed: number;
  /** The difference, of 255, that is drawn in the lightest colour. */
  readonly range: number;
}

export interface ReviewRequests {
  /** In the order of the paths. */
  'review/images': {
    params: { readonly root: string; readonly paths: readonly string[] };
    result: readonly ReviewedImage[];
  };
  /** Rejects with file-not-found, unreadable-file, path-outside-root, or a code of decoding. */
  'review/difference': { params: DifferenceRequest; result: DifferenceReport };
  /** A picture that a page can't show by itself, reduced; rejects likewise. */
  'review/preview': { params: { readonly root: string; readonly path: string }; result: Picture };
  /** All that stands in `decisions.jsonl`. */
  'review/decisions': { params: { readonly root: string }; result: readonly Decision[] };
}
