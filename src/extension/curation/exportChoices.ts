import path from 'node:path';
import type { ExportFormat } from '../../protocol/exports.ts';
import type { Choice } from '../training/choices.ts';

/** A format as it is offered. */
export interface OfferedFormat extends Choice<ExportFormat> {
  /** The files that it makes, as a dialog names them; undefined: a folder. */
  readonly files: { readonly name: string; readonly extension: string } | undefined;
  /** What there is to choose besides. */
  readonly option: 'vectors' | 'links' | undefined;
}

/** Every format of the engine, by what it is for. */
export const offeredFormats: Readonly<Record<ExportFormat, OfferedFormat>> = {
  csv: {
    title: 'CSV',
    icon: 'table',
    detail: 'A table with a row per image: class, split, tags, quality and imported columns',
    value: 'csv',
    files: { name: 'CSV files', extension: 'csv' },
    option: undefined,
  },
  jsonl: {
    title: 'JSON Lines',
    icon: 'json',
    detail: 'The same, an object a line; with the vectors if you like',
    value: 'jsonl',
    files: { name: 'JSON Lines', extension: 'jsonl' },
    option: 'vectors',
  },
  parquet: {
    title: 'Parquet',
    icon: 'database',
    detail: 'The same for pandas, Polars or DuckDB; with the vectors if you like',
    value: 'parquet',
    files: { name: 'Parquet files', extension: 'parquet' },
    option: 'vectors',
  },
  npy: {
    title: 'NumPy vectors',
    icon: 'symbol-array',
    detail: 'The embeddings as a matrix, and a text file beside it with the path of each row',
    value: 'npy',
    files: { name: 'NumPy arrays', extension: 'npy' },
    option: undefined,
  },
  coco: {
    title: 'COCO',
    icon: 'symbol-class',
    detail:
      'JSON with the boxes of your COCO or YOLO labels, else the class as a box of the whole image; no image is copied',
    value: 'coco',
    files: { name: 'COCO annotations', extension: 'json' },
    option: undefined,
  },
  yolo: {
    title: 'YOLO',
    icon: 'folder-library',
    detail:
      'A folder to train on: images, labels and data.yaml, with the boxes of your COCO or YOLO labels, else of whole images',
    value: 'yolo',
    files: undefined,
    option: 'links',
  },
  imagefolder: {
    title: 'ImageFolder',
    icon: 'folder-library',
    detail: 'A folder to train on: SPLIT/CLASS/NAME, as PyTorch, Keras and Hugging Face read it',
    value: 'imagefolder',
    files: undefined,
    option: 'links',
  },
};

export const vectorChoices: readonly Choice<boolean>[] = [
  { title: 'Without vectors', value: false },
  { title: 'With vectors', detail: 'A number per dimension of the encoder and image', value: true },
];

export const linkChoices: readonly Choice<boolean>[] = [
  { title: 'Copy the images', detail: 'The originals are safe from whatever is done with the export', value: false },
  {
    title: 'Hard links',
    detail: 'Take no space, on the same disk; who edits one edits the original',
    value: true,
  },
];

/** The file or folder that is suggested: beside the dataset, as folders must lie outside of it. Absolute. */
export function suggestedTarget(root: string, format: OfferedFormat, isSelection: boolean): string {
  const name = isSelection ? `${path.basename(root)}-selection` : path.basename(root);
  const { files, value } = format;
  const folder = path.dirname(root);
  return files === undefined ? path.join(folder, `${name}-${value}`) : path.join(folder, `${name}.${files.extension}`);
}
