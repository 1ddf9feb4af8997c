import { NotificationType } from 'vscode-jsonrpc';
import type { DisagreementOrder, MeanAgreement } from '../core/evaluation/neighborhoodAgreement.ts';
import type { DisagreedQuery, EncoderPair } from '../core/evaluation/neighborhoods.ts';
import type { Progress } from '../core/progress.ts';
import type { EvaluationReport } from './evaluation.ts';
import type { PanelFailure, Picture } from './panels.ts';

/** Nearest images that can be compared. */
export const neighborCounts = [5, 10, 20] as const;
export type NeighborCount = (typeof neighborCounts)[number];

/** Queries that the page lists at most. */
export const MOST_QUERIES = 100;

/** How far two of the encoders agree. */
export interface PairAgreement extends MeanAgreement {
  readonly pair: EncoderPair;
  /** By class, in the order of the protocol's. */
  readonly classes: readonly MeanAgreement[];
}

/** A report without what is large, and what follows from it. */
export type ComparisonFigures = Pick<
  EvaluationReport,
  'protocol' | 'encoders' | 'seconds' | 'comparingSeconds' | 'notices'
> & {
  /** Of every two encoders. */
  readonly agreements: readonly PairAgreement[];
  /** Mean overlap of two encoders that order the images by chance. */
  readonly chance: number;
  readonly queries: number;
  /** Neighbours that were compared: fewer than were asked for where there are fewer images. */
  readonly compared: number;
};

/** All that the panel shows. Owned by the host; the page asks for it whenever its revision has changed. */
export interface ComparisonState {
  readonly revision: number;
  /** In a restricted workspace nothing is compared. */
  readonly trusted: boolean;
  /** What the images are called: the folder's name; undefined where nothing was chosen yet. */
  readonly name: string | undefined;
  /** Ids or files of the encoders that were asked for. */
  readonly asked: readonly string[];
  /** While encoders are compared. */
  readonly progress: Progress | undefined;
  readonly failure: PanelFailure | undefined;
  /** Of the comparison before while another one is made. */
  readonly figures: ComparisonFigures | undefined;
  /** Changes with the figures. */
  readonly version: number;
  /** The encoder that the dataset is looked at with, by its id. */
  readonly inUse: string | undefined;
  /** Encoders of the figures that the dataset can be looked at with, by their ids. */
  readonly usable: readonly string[];
  readonly pair: EncoderPair;
  readonly neighbors: NeighborCount;
  readonly order: DisagreementOrder;
}

export type ComparisonAction = 'choose' | 'retry' | 'trust' | 'log' | 'cancel' | 'index' | 'document';

export type ComparisonChange =
  { readonly pair: EncoderPair } | { readonly neighbors: NeighborCount } | { readonly order: DisagreementOrder };

/** Requests that the page makes of the host. */
export interface ComparisonViewRequests {
  'comparison/state': { params: Record<string, never>; result: ComparisonState };
  /** The queries that the two encoders of the state disagree on, most first; undefined where there are other figures by now. */
  'comparison/queries': {
    params: {
      readonly version: number;
      readonly pair: EncoderPair;
      readonly neighbors: NeighborCount;
      readonly order: DisagreementOrder;
    };
    result: readonly DisagreedQuery[] | undefined;
  };
  'comparison/thumbnails': { params: { readonly paths: readonly string[] }; result: readonly Picture[] };
  'comparison/change': { params: ComparisonChange; result: undefined };
  /** Opens an image, or two side by side. Relative to the root. */
  'comparison/open': { params: { readonly paths: readonly string[] }; result: undefined };
  /** Looks at the dataset with an encoder from now on. */
  'comparison/use': { params: { readonly encoder: string }; result: undefined };
  'comparison/act': { params: { readonly action: ComparisonAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const comparisonChanged = new NotificationType<{ readonly revision: number }>('comparison/changed');
