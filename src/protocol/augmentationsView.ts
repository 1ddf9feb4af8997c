import { NotificationType } from 'vscode-jsonrpc';
import type {
  AugmentationName,
  AugmentationSettings,
  StrengthName,
} from '../core/augmentation/augmentationSettings.ts';
import type { PairAction } from '../core/decisions/decisionLines.ts';
import type { Progress } from '../core/progress.ts';
import type {
  BatchReport,
  EncodedPicture,
  NegativePair,
  OtherImage,
  PositivePair,
  SensitivityReport,
  ViewsReport,
} from './augmentations.ts';
import type { PanelFailure } from './panels.ts';

export interface ShownImage {
  /** Absolute. */
  readonly file: string;
  readonly name: string;
}

/** What a person asks for, and waits for. */
export interface Measurement<Figures> {
  /** While it is on its way. */
  readonly progress: Progress | undefined;
  /** Of the last time. */
  readonly figures: Figures | undefined;
  /** They are of other settings than those that are shown. */
  readonly stale: boolean;
  readonly failure: PanelFailure | undefined;
}

/** A preset's id, the dataset's own recipe, or one that a person has set here. */
export type ChosenPreset = string;
export const OWN_PRESET = 'own';
export const EDITED_PRESET = 'edited';

/** Without pictures, which the page asks for where they have changed. */
export type ViewFigures = Omit<ViewsReport, 'original' | 'views' | 'nearest' | 'own'> & {
  readonly nearest: readonly Omit<OtherImage, 'thumbnail'>[];
  readonly hasOwn: boolean;
};
export type BatchFigures = Omit<BatchReport, 'hardestPositives' | 'hardestNegatives'> & {
  readonly hardestPositives: readonly Omit<PositivePair, 'views'>[];
  readonly hardestNegatives: readonly Omit<NegativePair, 'views'>[];
};

/** All that the panel shows. Owned by the host; the page asks for it whenever its revision has changed. */
export interface AugmentationsState {
  readonly revision: number;
  readonly image: ShownImage | undefined;
  /** The panel keeps its image whatever is opened. */
  readonly pinned: boolean;
  /** In a restricted workspace nothing is looked at. */
  readonly trusted: boolean;
  /** The folder that holds the image is being indexed, so what isn't there yet will come. */
  readonly indexing: boolean;
  readonly preset: ChosenPreset;
  readonly settings: AugmentationSettings;
  readonly viewSize: number;
  readonly count: number;
  readonly seed: number;
  /** New views are on their way. */
  readonly busy: boolean;
  /** Of the image or the settings before while those of new ones are on their way. */
  readonly views: ViewFigures | undefined;
  /** Changes with the pictures of the views. */
  readonly viewPictures: number;
  readonly failure: PanelFailure | undefined;
  readonly sensitivity: Measurement<SensitivityReport>;
  readonly batch: Measurement<BatchFigures>;
  /** Changes with the pictures of the batch. */
  readonly batchPictures: number;
}

export interface ViewPictures {
  readonly original: EncodedPicture;
  readonly views: readonly EncodedPicture[];
  readonly nearest: readonly (EncodedPicture | undefined)[];
}

export type PicturePair = readonly [EncodedPicture, EncodedPicture];
export interface BatchPictures {
  readonly positives: readonly PicturePair[];
  readonly negatives: readonly PicturePair[];
}

export type MeasurementName = 'sensitivity' | 'batch';
export type PanelAction = 'index' | 'retry' | 'trust' | 'pick' | 'log' | 'redraw' | 'pretrain' | 'save';

/** A change of one control. */
export type AugmentationChange =
  | { readonly augmentation: AugmentationName; readonly on: boolean }
  | { readonly augmentation: AugmentationName; readonly probability: number }
  | { readonly strength: StrengthName; readonly value: number }
  | { readonly preset: ChosenPreset }
  | { readonly viewSize: number }
  | { readonly count: number }
  | { readonly pinned: boolean };

/** Requests that the page makes of the host. Paths are relative to the root of the figures they come from. */
export interface AugmentationsViewRequests {
  'augmentations/state': { params: Record<string, never>; result: AugmentationsState };
  'augmentations/viewPictures': { params: Record<string, never>; result: ViewPictures | undefined };
  'augmentations/batchPictures': { params: Record<string, never>; result: BatchPictures | undefined };
  'augmentations/change': { params: AugmentationChange; result: undefined };
  'augmentations/measure': { params: { readonly name: MeasurementName }; result: undefined };
  'augmentations/cancel': { params: { readonly name: MeasurementName }; result: undefined };
  'augmentations/decide': {
    params: { readonly paths: readonly [string, string]; readonly action: PairAction | undefined };
    result: undefined;
  };
  /** Opens an image, or two side by side. */
  'augmentations/open': { params: { readonly paths: readonly string[] }; result: undefined };
  'augmentations/act': { params: { readonly action: PanelAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const augmentationsChanged = new NotificationType<{ readonly revision: number }>('augmentations/changed');
