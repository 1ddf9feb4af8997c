import type { FilterFault } from '../core/filters/filter.ts';
import type { FilterSubject } from '../core/filters/filterSubjects.ts';

/** Which images are meant; both are asked for where both are given, and neither stands for all. */
export interface FilterRequest {
  /** Absolute, in a dataset that is indexed; images below it are meant. */
  readonly folder: string;
  /** As `parseFilter` reads it. */
  readonly filter?: string;
  /** The name of a saved view. */
  readonly view?: string;
}

/** What a filter lets through. */
export interface FilteredImages {
  readonly root: string;
  /** Relative to the root, sorted. */
  readonly paths: readonly string[];
  /** Images that were asked. */
  readonly of: number;
  /** What may be a mistake: names that no image has. Sentences. */
  readonly hints: readonly string[];
  /** Labels or splits that the filter goes by and that couldn't be read, so that others may be meant. Sentences. */
  readonly faults: readonly string[];
}

/** The same in terms of the rows of `filters/rows`, for who asks with every letter that is typed. */
export type FilterMask =
  | {
      /** Of the rows. */
      readonly revision: number;
      /** 1 for each row that the filter lets through. */
      readonly mask: Uint8Array;
      /** The faults first. */
      readonly hints: readonly string[];
    }
  | { readonly fault: FilterFault };

/** A filter that a dataset's config keeps by a name. */
export interface SavedView {
  readonly name: string;
  readonly filter: string;
  /** Images that it lets through; undefined where it can't be understood. */
  readonly count: number | undefined;
  /** Why not, in a sentence. */
  readonly fault: string | undefined;
}

/** A dataset's views, sorted by name. */
export interface SavedViews {
  readonly root: string;
  readonly views: readonly SavedView[];
}

export interface FilterRequests {
  /** Rejects with usage where the filter can't be understood, or there is no such view. */
  'filters/match': { params: FilterRequest; result: FilteredImages };
  'filters/mask': { params: { readonly root: string; readonly filter: string }; result: FilterMask };
  /** All images, relative to the root; they change with the revision. */
  'filters/rows': {
    params: { readonly root: string };
    result: { readonly revision: number; readonly paths: readonly string[] };
  };
  /** What the images can be filtered by. */
  'filters/subjects': { params: { readonly folder: string }; result: readonly FilterSubject[] };
  'views/list': { params: { readonly folder: string }; result: SavedViews };
  /** Saves a view in place of one of that name, or, where it takes that one's place, of `instead`. Rejects with usage. */
  'views/save': {
    params: { readonly folder: string; readonly name: string; readonly filter: string; readonly instead?: string };
    result: SavedViews;
  };
  /** Rejects with usage where there is none of that name. */
  'views/remove': { params: { readonly folder: string; readonly name: string }; result: SavedViews };
}
