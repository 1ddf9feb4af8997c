import type { ImportReport, ImportRequest } from './columns.ts';
import type { Notice } from './engine.ts';

/**
 * What images can be exported as. `yolo` and `imagefolder` are folders, the others files. `coco` and `yolo` hold the boxes
 * and outlines of COCO's or YOLO's label files, and a box of the whole image where labels come from elsewhere.
 */
export const exportFormats = ['csv', 'jsonl', 'parquet', 'npy', 'coco', 'yolo', 'imagefolder'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRequest {
  /** Absolute; images below it are exported. */
  readonly folder: string;
  readonly format: ExportFormat;
  /** Absolute: the file, or the folder that must not be there yet or be empty. `.npy` is added where it is missing. */
  readonly out: string;
  /** Replaces a file that is there. Folders are never replaced. */
  readonly replace?: boolean;
  /** Only these: images, or folders with all below them, relative to the root. */
  readonly images?: readonly string[];
  /** Only images with one of these tags. */
  readonly tags?: readonly string[];
  /** Only images of one of these classes. */
  readonly classes?: readonly string[];
  /** Only images of one of these splits. */
  readonly splits?: readonly string[];
  /** Of `jsonl` and `parquet`: with the vectors. */
  readonly vectors?: boolean;
  /** Of `yolo` and `imagefolder`: hard links instead of copies, where the disk can. */
  readonly link?: boolean;
  /** Whose vectors are meant: an encoder's id or the absolute path of an ONNX file; absent: the dataset's own. */
  readonly encoder?: string;
}

export interface ExportReport {
  readonly root: string;
  /** What was written, absolute. */
  readonly out: string;
  readonly format: ExportFormat;
  /** Images that were exported. */
  readonly images: number;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface ExchangeRequests {
  'exchange/export': { params: ExportRequest; result: ExportReport };
  'exchange/import': { params: ImportRequest; result: ImportReport };
}
