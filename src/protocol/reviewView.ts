import { NotificationType } from 'vscode-jsonrpc';
import type { FindingAnswer } from '../core/curation/answers.ts';
import type { Finding, FindingKind } from '../core/curation/findings.ts';
import type { ReviewAction } from '../core/curation/reviewSteps.ts';
import type { Progress } from '../core/progress.ts';
import type { CaptionNeighbors } from './captions.ts';
import type { SimilarImage } from './engine.ts';
import type { PanelFailure, Picture } from './panels.ts';
import type { DifferenceReport, ReviewedImage } from './review.ts';

/** The check whose findings are gone through. */
export interface ReviewedCheck {
  /** Changes with the findings. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  /** The dataset has changed since. */
  readonly outdated: boolean;
  /** What was decided before the check was taken back since, so that there may be more to find. */
  readonly reopened: boolean;
  readonly images: number;
  readonly findings: number;
  /** What decided, by kind, where it is a number. */
  readonly thresholds: Readonly<Partial<Record<FindingKind, number>>>;
}

/** All that the panel shows beside findings and answers. Owned by the host; the page asks for it whenever its revision has changed. */
export interface ReviewState {
  readonly revision: number;
  /** In a restricted workspace nothing is read. */
  readonly trusted: boolean;
  /** The dataset's name; undefined where none was chosen. */
  readonly name: string | undefined;
  /** Findings of the last check are being read. */
  readonly reading: boolean;
  /** While the dataset is checked. */
  readonly checking: Progress | undefined;
  readonly failure: PanelFailure | undefined;
  /** Undefined where the dataset was never checked. */
  readonly check: ReviewedCheck | undefined;
  /** Grows with every answer that is given or taken back. */
  readonly answers: number;
  /** Grows with every step that was taken or taken back, also one that answers nothing, such as a tag. */
  readonly decisions: number;
  /** What undo and redo would do. */
  readonly undo: string | undefined;
  readonly redo: string | undefined;
  /** Lines of `decisions.jsonl` that say nothing, such as those that a merge has left: the first of them, from 1; undefined where there are none. */
  readonly problems: { readonly count: number; readonly line: number; readonly message: string } | undefined;
  /** The finding that was asked for by a link, and how often one was. */
  readonly asked: { readonly id: string; readonly times: number } | undefined;
}

/** An image as the page shows it. */
export interface ShownImage extends ReviewedImage {
  /** Where the page finds the picture itself; absent where it has to ask for a preview. */
  readonly url: string | undefined;
}

/** Answers that have changed; by the ids of findings, null where there is none any more. */
export interface AnswerChanges {
  readonly version: number;
  readonly answers: number;
  /** All others have none. */
  readonly isAll: boolean;
  readonly changes: readonly (readonly [id: string, answer: FindingAnswer | null])[];
}

export interface ReviewDecision {
  /** Ids of findings; several are one step. */
  readonly ids: readonly string[];
  readonly action: ReviewAction;
  /** The image that it is about, of a finding with several; absent: whichever may go. */
  readonly focused?: string;
  /** The class, of `relabel`; absent: the host asks for one, unless each finding's own is meant. */
  readonly label?: string;
  readonly isAsSuggested?: boolean;
}

export type ReviewPageAction =
  'check' | 'index' | 'trust' | 'retry' | 'log' | 'pick' | 'cancel' | 'report' | 'decisions';

/** Requests that the page makes of the host. Paths are relative to the dataset's root. */
export interface ReviewViewRequests {
  'review/state': { params: Record<string, never>; result: ReviewState };
  /** Undefined where there are others by now. */
  'review/findings': { params: { readonly version: number }; result: readonly Finding[] | undefined };
  /** Those since a number of the state's `answers`; all where the host doesn't know any more. */
  'review/answers': { params: { readonly version: number; readonly since: number }; result: AnswerChanges };
  /** The findings of which a filter lets an image through, by their ids; a sentence where it can't be understood. */
  'review/filter': { params: { readonly filter: string }; result: readonly string[] | string };
  'review/images': { params: { readonly paths: readonly string[] }; result: readonly ShownImage[] };
  'review/thumbnails': { params: { readonly paths: readonly string[] }; result: readonly Picture[] };
  /** The images that are most alike to one, the nearest first; none where that can't be told. */
  'review/neighbors': { params: { readonly path: string }; result: readonly SimilarImage[] };
  /** What the caption of an image lies near to; a sentence where it can't be told. */
  'review/captionNeighbors': {
    params: { readonly path: string };
    result: CaptionNeighbors | string | undefined;
  };
  'review/preview': { params: { readonly path: string }; result: Picture | undefined };
  /** The newest one wins; a sentence where it can't be told, undefined where a newer one was asked for. */
  'review/difference': {
    params: { readonly paths: readonly [string, string] };
    result: DifferenceReport | string | undefined;
  };
  /**
   * What the findings' answers are now, as the page may have foreseen others; undefined where nothing was decided, and what it
   * has shown is to be taken back.
   */
  'review/decide': { params: ReviewDecision; result: AnswerChanges['changes'] | undefined };
  /** The findings that have another answer now, or none any more; undefined where nothing was done. */
  'review/repeat': { params: { readonly direction: 'undo' | 'redo' }; result: readonly string[] | undefined };
  /** Asks for a tag and gives it to images; false where nothing was. */
  'review/tag': { params: { readonly paths: readonly string[] }; result: boolean };
  /** Opens images side by side, one in the image viewer, or looks for those that are like one. */
  'review/open': { params: { readonly paths: readonly string[] }; result: undefined };
  'review/view': { params: { readonly path: string }; result: undefined };
  /** Opens the file that the caption of an image is written in. */
  'review/editCaption': { params: { readonly path: string }; result: undefined };
  'review/similar': { params: { readonly path: string }; result: undefined };
  'review/act': { params: { readonly action: ReviewPageAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const reviewChanged = new NotificationType<{ readonly revision: number }>('review/changed');
