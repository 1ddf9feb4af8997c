import type { EncoderCard } from '../core/encoders/card.ts';

export interface ViewedImageRequest {
  /** Absolute. */
  readonly file: string;
}

/** What a dataset knows of an image, by the file alone where it is in none. */
export interface ViewedImage {
  /** Of the dataset, absolute; undefined where the image lies in none that is indexed. */
  readonly root: string | undefined;
  /** Relative to the root, with `/`; the file itself without one. */
  readonly path: string;
  /** Whether the index has a vector of it. */
  readonly indexed: boolean;
  readonly label: string | undefined;
  readonly split: string | undefined;
  /** Sorted. */
  readonly tags: readonly string[];
  /** What is written about it, '' of an empty caption; absent where the dataset has no captions. */
  readonly captions?: readonly string[];
  /** Why its captions can't be read, in a sentence. */
  readonly captionFault?: string;
  /** What similar images are found with. */
  readonly encoder: Pick<EncoderCard, 'id' | 'name'> | undefined;
  /** Images of the dataset whose parts are indexed, and all that have a vector. */
  readonly regions: { readonly images: number; readonly of: number };
}

export interface ViewedPictureRequest {
  /** Absolute. */
  readonly file: string;
  /** Decodes it here, where a page couldn't. */
  readonly decode: boolean;
  readonly maxMegapixels?: number;
}

/** A picture in a format that every page shows. */
export interface ViewedPicture {
  readonly bytes: Uint8Array;
  /** Such as `image/png`. */
  readonly type: string;
  /** Of the file: `jpeg`, `png`, … */
  readonly format: string;
  /** Of the file. */
  readonly fileBytes: number;
  /** In pixels, after the EXIF orientation was applied. */
  readonly width: number;
  readonly height: number;
  /** The bytes hold a smaller copy, as the picture is very large. */
  readonly reduced: boolean;
}

export interface ViewerRequests {
  'viewer/image': { params: ViewedImageRequest; result: ViewedImage };
  /** Rejects with file-not-found, unreadable-file or a code of decoding. */
  'viewer/picture': { params: ViewedPictureRequest; result: ViewedPicture };
}
