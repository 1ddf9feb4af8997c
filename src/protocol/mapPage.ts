/** What a map's page is written with: everything that its script needs, as one JSON document. */
export interface MapPageData {
  /** One entry per image in each. */
  readonly paths: readonly string[];
  readonly x: readonly number[];
  /** Upwards. */
  readonly y: readonly number[];
  /** WebP to the base of 64; null where the picture was left out. */
  readonly pictures: readonly (string | null)[];
  /** What is written about each image, a line for each caption; absent where nothing is known to be. */
  readonly captions?: readonly (readonly string[])[];
  /** What images can be coloured by. */
  readonly groupings: readonly MapPageGrouping[];
  readonly clusters: readonly { readonly name: string; readonly representative: number }[];
}

export interface MapPageGrouping {
  /** As shown: "Class". */
  readonly name: string;
  /** As the end of "no …": "class". */
  readonly noun: string;
  readonly categories: readonly { readonly name: string; readonly colour: string }[];
  /** A category per image; −1 for none. */
  readonly of: readonly number[];
}
