import { NotificationType } from 'vscode-jsonrpc';
import type { ErrorCode } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import type { ImageFilter, SimilarImage } from './engine.ts';
import type { Picture } from './panels.ts';

/** Which results are wanted, by their class as compared with the query's. */
export type ClassRelation = 'all' | 'same' | 'other';

export interface SimilarQuery {
  /** Absolute. */
  readonly file: string;
  readonly name: string;
  /** Relative to the dataset's root where it lies in it, absolute otherwise. */
  readonly path: string;
  readonly label: string | undefined;
  readonly split: string | undefined;
}

/** A search in words. */
export interface TextQuery {
  /** Absolute: a folder of the dataset that is searched. */
  readonly folder: string;
  readonly texts: readonly string[];
  readonly minus: readonly string[];
  /** An image that the results are to be like besides, absolute. */
  readonly image: string | undefined;
  /** What the image counts beside the texts, from 0 (the texts alone) to 1 (the image alone). */
  readonly imageWeight: number;
  /** Looks in what is written about the images, and the image stands for what is written about it. */
  readonly captions: boolean;
  /** All of it in a line. */
  readonly name: string;
  /** What a person should know of how it was read. */
  readonly notices: readonly string[];
}

/** What a search found, and in which dataset. */
export interface SimilarResults {
  readonly root: string;
  readonly encoder: string;
  /** What read the captions, for people, where these were compared. */
  readonly readBy: string | undefined;
  readonly searched: number;
  readonly approximate: boolean;
  readonly recall: number;
  readonly images: readonly SimilarImage[];
}

export interface SimilarFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the view offers to do about it. */
  readonly remedy: 'index' | 'retry' | 'trust' | 'encoder' | 'none';
}

/** All that the Similar view shows. Owned by the host; the webview asks for it whenever its revision has changed. */
export interface SimilarState {
  readonly revision: number;
  /** The image that was asked about. */
  readonly query: SimilarQuery | undefined;
  /** The words that were asked for; there is never an image's query beside them. */
  readonly text: TextQuery | undefined;
  readonly searching: boolean;
  /** Of a search that has to read captions first. */
  readonly progress: Progress | undefined;
  /** Those of the query before while the first search of a new query runs. */
  readonly results: SimilarResults | undefined;
  readonly failure: SimilarFailure | undefined;
  readonly relation: ClassRelation;
  readonly filter: ImageFilter;
  readonly count: number;
  /** Whether the view follows the active editor. */
  readonly following: boolean;
  /** In a restricted workspace nothing is searched for. */
  readonly trusted: boolean;
  /** The folder that holds the query is being indexed, so what isn't there yet will come. */
  readonly indexing: boolean;
  /** Changes when thumbnails may have. */
  readonly imagesRevision: number;
}

export type SimilarAction =
  'index' | 'retry' | 'trust' | 'pick' | 'words' | 'encoder' | 'log' | 'clear-filter' | 'show-all';

/** Requests that the Similar webview makes of the host. Paths are relative to the root of the state's results. */
export interface SimilarViewRequests {
  'similar/state': { params: Record<string, never>; result: SimilarState };
  'similar/thumbnails': { params: { readonly paths: readonly string[] }; result: readonly Picture[] };
  'similar/queryPicture': { params: Record<string, never>; result: Picture | undefined };
  'similar/setRelation': { params: { readonly relation: ClassRelation }; result: undefined };
  'similar/setImageWeight': { params: { readonly imageWeight: number }; result: undefined };
  'similar/setCount': { params: { readonly count: number }; result: undefined };
  'similar/open': { params: { readonly path: string; readonly preserveFocus: boolean }; result: undefined };
  'similar/openQuery': { params: Record<string, never>; result: undefined };
  'similar/act': { params: { readonly action: SimilarAction }; result: undefined };
}

/** Sent to the webview when there is a new state to ask for. */
export const similarChanged = new NotificationType<{ readonly revision: number }>('similar/changed');

/** What the counts on offer are. */
export const similarCounts: readonly number[] = [12, 24, 48, 96, 192];

/** The context of a result's native menu, as VS Code hands it to the command. */
export interface ResultContext {
  readonly webviewSection: string;
  readonly path: string;
  /** There is an image that the result can be put beside. */
  readonly hasQueryImage: boolean;
}
