import type { Normalisation } from '../../core/augmentation/augmenter.ts';
import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import type { Size } from '../../core/images/geometry.ts';
import type { SharedPixels } from './pixelStore.ts';

/** What a thread that makes views is started with. */
export interface ViewWorkerData {
  readonly pixels: SharedPixels;
  readonly recipe: AugmentationRecipe;
  /** Augmented views of each picture. */
  readonly viewsPerImage: number;
  readonly size: Size;
  /** Absent: values stay between 0 and 1. */
  readonly normalisation?: Normalisation;
  readonly seed: number;
  /** Share of the views that are blended with that of another picture; absent: none. */
  readonly mixup?: number;
}

export interface ViewRequest {
  readonly id: number;
  readonly epoch: number;
  /** Indices of the batch's pictures in the store; their first views come first, then their second ones, and so on. */
  readonly samples: Uint32Array;
  /** Memory for the views, which is moved to the thread; absent: the thread takes new memory. */
  readonly memory: ArrayBuffer | undefined;
}

export type ViewResponse =
  | {
      readonly id: number;
      /** `[viewsPerImage · samples, 3, height, width]`. */
      readonly views: Float32Array<ArrayBuffer>;
      readonly milliseconds: number;
    }
  | { readonly id: number; readonly error: string };
