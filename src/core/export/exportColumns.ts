import { qualityKinds, qualityThresholds } from '../curation/qualityIssues.ts';
import { numbersOf, type TableColumn } from '../tables/columnTable.ts';
import type { ExportImage } from './exportImage.ts';

/** A column of an exported table; images that have nothing to say in it give undefined. */
export type ExportColumn = { readonly name: string } & (
  | { readonly kind: 'text'; readonly valueOf: (image: ExportImage) => string | undefined }
  | { readonly kind: 'integer' | 'number'; readonly valueOf: (image: ExportImage) => number | undefined }
  | { readonly kind: 'flag'; readonly valueOf: (image: ExportImage) => boolean | undefined }
  | { readonly kind: 'texts'; readonly valueOf: (image: ExportImage) => readonly string[] }
);

/** Scores are written to the millionth, as findings are. */
const SCORE_STEPS = 1e6;

/**
 * The columns of a table of images: what is known of the files, their quality under the names of cleanvision's columns
 * (`is_NAME_issue`, `NAME_score`), what is written about them, and what was imported. An imported column that is called like one of ours gets the
 * name `imported_NAME`.
 *
 * @param thresholds below which a score is an issue, by kind, where they aren't the usual ones
 * @param captions by path, where the dataset has any; absent: there is no such column
 */
export function exportColumns(
  imported: readonly TableColumn[],
  thresholds: Readonly<Partial<Record<string, number>>> = {},
  captions?: ReadonlyMap<string, readonly string[]>,
): ExportColumn[] {
  const columns: ExportColumn[] = [
    { name: 'path', kind: 'text', valueOf: ({ path }) => path },
    { name: 'label', kind: 'text', valueOf: ({ label }) => label },
    { name: 'split', kind: 'text', valueOf: ({ split }) => split },
    { name: 'tags', kind: 'texts', valueOf: ({ tags }) => tags },
    { name: 'width', kind: 'integer', valueOf: ({ width }) => width },
    { name: 'height', kind: 'integer', valueOf: ({ height }) => height },
    { name: 'format', kind: 'text', valueOf: ({ format }) => format },
    { name: 'bytes', kind: 'integer', valueOf: ({ bytes }) => bytes },
    { name: 'content', kind: 'text', valueOf: ({ content }) => content },
    ...qualityKinds.flatMap((kind): ExportColumn[] => {
      const name = kind.replaceAll('-', '_');
      const threshold = thresholds[kind] ?? qualityThresholds[kind];
      return [
        {
          ...{ name: `is_${name}_issue`, kind: 'flag' },
          valueOf: ({ quality }) => quality && quality[kind] < threshold,
        },
        {
          ...{ name: `${name}_score`, kind: 'number' },
          valueOf: ({ quality }) => quality && Math.round(quality[kind] * SCORE_STEPS) / SCORE_STEPS,
        },
      ];
    }),
    ...(captions === undefined ? [] : [captionColumn(captions)]),
  ];
  // What the vectors are called where they are wanted.
  const taken = new Set([...columns.map(({ name }) => name), VECTOR_COLUMN]);
  for (const column of imported) {
    let { name } = column;
    while (taken.has(name)) name = `imported_${name}`;
    taken.add(name);
    const numbers = numbersOf(column);
    columns.push(
      numbers === undefined
        ? { name, kind: 'text', valueOf: ({ path }) => column.values.get(path) }
        : { name, kind: 'number', valueOf: ({ path }) => numbers.get(path) },
    );
  }
  return columns;
}

/** A text where no image has several, else a list. */
function captionColumn(captions: ReadonlyMap<string, readonly string[]>): ExportColumn {
  const areSingle = [...captions.values()].every(({ length }) => length <= 1);
  return areSingle
    ? { name: 'caption', kind: 'text', valueOf: ({ path }) => captions.get(path)?.[0] }
    : { name: 'captions', kind: 'texts', valueOf: ({ path }) => captions.get(path) ?? [] };
}

/** The column of the vectors. */
export const VECTOR_COLUMN = 'vector';
