import { NotificationType } from 'vscode-jsonrpc';
import type { PairAction } from '../core/decisions/decisionLines.ts';
import type { Progress } from '../core/progress.ts';
import type { CaptionMatrix } from './captions.ts';
import type { MatrixGrid, MatrixOrder, MatrixPair, MatrixReport } from './matrix.ts';
import type { PanelFailure, Picture } from './panels.ts';

/** Images, means of whole classes or clusters, or images against captions. */
export const matrixShows = ['cells', 'groups', 'captions'] as const;
export type MatrixShow = (typeof matrixShows)[number];

/** The square part of the matrix that is looked at, as shares of its edges. */
export interface MatrixViewport {
  /** Where it begins. */
  readonly x: number;
  readonly y: number;
  /** Its edge; 1 is all. */
  readonly size: number;
}

/** A pair of a list, and what people have decided of its images since it was found. */
export interface ListedPair extends MatrixPair {
  /** Those of the two that were given a class since. */
  readonly relabelled: readonly { readonly path: string; readonly label: string }[];
}

/** A report without what is large, which the page asks for where it has changed. */
export type MatrixFigures = Pick<
  MatrixReport,
  'root' | 'encoder' | 'encoders' | 'classes' | 'clusters' | 'overlap' | 'table' | 'missing' | 'seconds'
> & {
  readonly images: number;
  readonly withoutClass: number;
  readonly mostBetween: readonly ListedPair[];
  readonly leastWithin: readonly ListedPair[];
  readonly mostUnlabelled: readonly ListedPair[];
  readonly notices: readonly string[];
  /** Orders in which there are means of groups. */
  readonly grouped: readonly MatrixOrder[];
};

/** Images against captions, without what is large. */
export type CaptionFigures = Pick<
  CaptionMatrix,
  'different' | 'imageToCaption' | 'captionToImage' | 'meanOwn' | 'meanOther' | 'farthest'
> & { readonly encoder: string; readonly images: number; readonly notices: readonly string[] };

/** All that the panel shows. Owned by the host; the page asks for it whenever its revision has changed. */
export interface MatrixState {
  readonly revision: number;
  /** In a restricted workspace nothing is compared. */
  readonly trusted: boolean;
  /** The folder is being indexed, so what isn't there yet will come. */
  readonly indexing: boolean;
  /** What is compared, for a title: "pictures", "24 chosen images"; undefined where nothing was chosen yet. */
  readonly subject: { readonly name: string; readonly of: string; readonly isWhole: boolean } | undefined;
  /** There was another subject before. */
  readonly canGoBack: boolean;
  readonly order: MatrixOrder;
  readonly show: MatrixShow;
  /** One that was chosen in place of the dataset's own. */
  readonly encoder: string | undefined;
  /** While images are compared. */
  readonly progress: Progress | undefined;
  readonly failure: PanelFailure | undefined;
  /** Of the subject before while another one is compared. */
  readonly figures: MatrixFigures | undefined;
  /** Of images against captions, once they were asked for. */
  readonly captions: CaptionFigures | undefined;
  /** Why images can't be compared with captions; the images' own matrix can be. */
  readonly captionFailure: PanelFailure | undefined;
  /** Labels have changed since these figures were computed. */
  readonly outdated: boolean;
  /** Changes with the images and their matrix. */
  readonly version: number;
  /** What was looked at when the window was closed. */
  readonly viewport: MatrixViewport | undefined;
  /** Images of the window's selection, by their numbers in what is shown. */
  readonly selected: Uint32Array;
  /** How many images the window's selection has in this dataset, shown here or not. */
  readonly selection: number;
}

/** The images of the matrix by their numbers. */
export interface MatrixImageNames {
  readonly paths: readonly string[];
  readonly classOf: Int32Array;
  /** Of images against captions: the caption of each, which the columns stand for. */
  readonly captions?: readonly string[];
}

export type MatrixAction =
  | 'index'
  | 'retry'
  | 'trust'
  | 'log'
  | 'whole'
  | 'selection'
  | 'classes'
  | 'back'
  | 'cancel'
  | 'encoder'
  | 'chooseEncoder'
  | 'clear'
  | 'fineTune'
  | 'pretrain'
  | 'map';

export type MatrixChange =
  | { readonly order: MatrixOrder; readonly show: MatrixShow }
  /** Undefined is the dataset's own. */
  | { readonly encoder: string | undefined }
  | { readonly viewport: MatrixViewport };

/** Requests that the page makes of the host. Images go by their numbers in what is shown. */
export interface MatrixViewRequests {
  'matrix/state': { params: Record<string, never>; result: MatrixState };
  'matrix/images': { params: { readonly show: MatrixShow }; result: MatrixImageNames | undefined };
  /** Undefined where other images are shown by now. */
  'matrix/grid': {
    params: { readonly order: MatrixOrder; readonly show: MatrixShow; readonly version: number };
    result: MatrixGrid | undefined;
  };
  'matrix/thumbnails': { params: { readonly paths: readonly string[] }; result: readonly Picture[] };
  'matrix/change': { params: MatrixChange; result: undefined };
  /** Makes these images the window's selection. */
  'matrix/select': { params: { readonly images: Uint32Array }; result: undefined };
  /** Compares these images alone. */
  'matrix/narrow': { params: { readonly images: Uint32Array }; result: undefined };
  /** Opens an image, or two side by side. Relative to the root. */
  'matrix/open': { params: { readonly paths: readonly string[] }; result: undefined };
  /** Undefined takes the decision back. */
  'matrix/decide': {
    params: { readonly paths: readonly [string, string]; readonly action: PairAction | undefined };
    result: undefined;
  };
  /** Asks which of the images of a pair has another class, and which; or takes that back. */
  'matrix/relabel': { params: { readonly paths: readonly string[]; readonly undo: boolean }; result: undefined };
  'matrix/act': { params: { readonly action: MatrixAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const matrixChanged = new NotificationType<{ readonly revision: number }>('matrix/changed');
