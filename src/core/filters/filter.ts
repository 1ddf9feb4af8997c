/** How a value is compared: `=` for names, and for numbers without another sign. */
export type FilterSign = '=' | '<' | '<=' | '>' | '>=';

/** One of the alternatives of a term. */
export interface FilterValue {
  readonly sign: FilterSign;
  /** Without quotes. */
  readonly text: string;
  /** `*` in the text stands for anything. */
  readonly isPattern: boolean;
}

/** A part of a filter; all of them have to hold. */
export interface FilterTerm {
  /** As it was written; undefined for a free word. */
  readonly field: string | undefined;
  readonly negated: boolean;
  /** At least one, any of which may hold. */
  readonly values: readonly FilterValue[];
  /** Where it stands in the text. */
  readonly from: number;
  readonly to: number;
}

/** What can't be understood: a sentence, and which part of the text it is about. */
export interface FilterFault {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** What is known of all images in one respect, one entry of the array per image. */
export type FilterColumn = {
  /** As filters call it: `class`, `blurry`. */
  readonly id: string;
  /** For people: "Blur score". */
  readonly name: string;
  /** Why some image may seem to have nothing here that has something: what couldn't be read, in sentences. */
  readonly faults?: readonly string[];
} & (
  | {
      readonly kind: 'names';
      /** The different lists of names that images have; an image may have several, or none. */
      readonly lists: readonly (readonly string[])[];
      /** Which list each image has. */
      readonly codes: Int32Array;
      /** All that there can be, where that is settled; another name is a mistake then. */
      readonly known?: readonly string[];
    }
  | {
      /** Sentences, in which words are looked for. */
      readonly kind: 'texts';
      /** As of names. */
      readonly lists: readonly (readonly string[])[];
      readonly codes: Int32Array;
    }
  | {
      readonly kind: 'numbers';
      /** NaN for none. */
      readonly values: Float64Array;
    }
);

/** What filters look at. */
export interface FilterTable {
  /** Relative to the root, with `/`. */
  readonly paths: readonly string[];
  readonly columns: readonly FilterColumn[];
  /** What could be a column and is none here: why, and what to do about it, in a sentence. */
  readonly lacking?: readonly { readonly id: string; readonly why: string }[];
}

/** What images can be filtered by without a column: their paths, and whether there is something in a column. */
export const PATH = 'path';
export const HAS = 'has';
export const NO = 'no';
export const otherFields = [PATH, HAS, NO] as const;

const otherNames: Readonly<Record<string, string>> = {
  label: 'class',
  labels: 'class',
  classes: 'class',
  tags: 'tag',
  splits: 'split',
  findings: 'finding',
  decisions: 'decision',
  captions: 'caption',
  size: 'bytes',
};

/** The id of those given that a name means, which may be written in another case, or with or without hyphens. */
export function fieldNamed(name: string, ids: readonly string[]): string | undefined {
  if (ids.includes(name)) return name;
  const key = folded(name);
  const found = ids.find((id) => folded(id) === key);
  const other = otherNames[key];
  return found ?? (other !== undefined && ids.includes(other) ? other : undefined);
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}
