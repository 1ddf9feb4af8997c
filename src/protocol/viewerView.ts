import { NotificationType } from 'vscode-jsonrpc';
import type { FindingKind, Severity } from '../core/curation/findings.ts';
import type { Box } from '../core/images/boxes.ts';
import type { SimilarImage, SimilarReport } from './engine.ts';
import type { PanelFailure, Picture } from './panels.ts';
import type { ViewedImage, ViewedPicture } from './viewer.ts';

/** A search for what is like the image, or like a part of it. */
export interface ViewerSearch {
  readonly searching: boolean;
  /** Those of the search before while one runs. */
  readonly results: readonly SimilarImage[] | undefined;
  readonly searchedRegions: SimilarReport['searchedRegions'];
  readonly failure: PanelFailure | undefined;
}

/** A finding of the last check that the image has a part in. */
export interface ViewedFinding {
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly message: string;
}

/** All that an image viewer shows, but for the picture itself. Owned by the host; the page asks for it whenever its revision has changed. */
export interface ViewerState {
  readonly revision: number;
  readonly name: string;
  /** In a restricted workspace the picture isn't read. */
  readonly trusted: boolean;
  /** Changes when the picture has. */
  readonly picture: number;
  /** Changes when thumbnails may have. */
  readonly images: number;
  /** What is known of the image; undefined until it is read, and where it can't be. */
  readonly image: ViewedImage | undefined;
  readonly failure: PanelFailure | undefined;
  /** Undefined where the dataset wasn't checked; the worst first. */
  readonly findings: readonly ViewedFinding[] | undefined;
  readonly similar: ViewerSearch;
  /** What is like a part of the image, where one is chosen. */
  readonly region: (ViewerSearch & { readonly box: Box }) | undefined;
  /** The folder is being indexed, so what isn't there yet will come. */
  readonly indexing: boolean;
}

export type ViewerAction = 'index' | 'index-regions' | 'retry' | 'trust' | 'pick' | 'log';

/** Requests of an image viewer's page. Paths are relative to the root of the state's image. */
export interface ViewerViewRequests {
  'viewer/state': { params: Record<string, never>; result: ViewerState };
  /** @param decode makes a copy that every page shows */
  'viewer/picture': { params: { readonly decode: boolean }; result: ViewedPicture | PanelFailure };
  'viewer/thumbnails': { params: { readonly paths: readonly string[] }; result: readonly Picture[] };
  /** Looks for what is like a part of the picture; without one no more. */
  'viewer/search': { params: { readonly box: Box | undefined }; result: undefined };
  'viewer/open': { params: { readonly path: string }; result: undefined };
  /** Opens the review at a finding. */
  'viewer/review': { params: { readonly finding: string }; result: undefined };
  'viewer/act': { params: { readonly action: ViewerAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const viewerChanged = new NotificationType<{ readonly revision: number }>('viewer/changed');
