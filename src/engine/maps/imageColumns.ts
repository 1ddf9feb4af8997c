import { mapColumns } from '../../protocol/embeddingMap.ts';
import type { ImageColumn } from '../../protocol/maps.ts';
import { LikenessError } from '../../core/errors.ts';
import type { KnownCaptions } from '../captions/knownCaptions.ts';
import type { Dataset } from '../dataset.ts';
import { numbersOf } from '../../core/tables/columnTable.ts';
import { imageMeasures } from '../columns/imageMeasures.ts';
import { readOpinions } from '../columns/imageOpinions.ts';
import { readKeptFindings } from '../curation/lastFindings.ts';
import type { KnownLabels } from '../labels/knownLabels.ts';

const CAPTION = 'caption';

/** What is known of images beside where they lie: what people say of them, and what their files are like. */
export async function imageColumns(
  dataset: Dataset,
  paths: readonly string[],
  { labelOf, splitOf }: Pick<KnownLabels, 'labelOf' | 'splitOf'>,
  captions?: KnownCaptions | LikenessError,
): Promise<ImageColumn[]> {
  const { store } = dataset;
  const facts = store.readImageFacts();
  const findings = await readKeptFindings(store);
  const { tagsOf, isExcluded } = await readOpinions(dataset, paths);
  const number = (id: string, name: string, unit: string, of: (path: string) => number | undefined): ImageColumn => ({
    ...{ id, name, unit, kind: 'number' },
    values: Float32Array.from(paths, (path) => of(path) ?? Number.NaN),
  });
  const columns: ImageColumn[] = [
    category(mapColumns.class, 'Class', paths, labelOf),
    category(mapColumns.split, 'Split', paths, splitOf),
    category(mapColumns.tag, 'Tag', paths, (path) => tagsOf(path).join(' + ') || undefined),
    category(mapColumns.excluded, 'Excluded', paths, (path) => (isExcluded(path) ? 'excluded' : undefined)),
    category('finding', 'Finding of the last check', paths, (path) => findings.get(path)),
    ...(captions === undefined || captions instanceof LikenessError ? [] : [captionColumn(captions, paths)]),
    category('format', 'Format', paths, (path) => facts.get(path)?.format.toUpperCase()),
    ...imageMeasures.map(({ id, name, unit, of }) =>
      number(id, name, unit, (path) => {
        const known = facts.get(path);
        return known && of(known);
      }),
    ),
    number('size', 'File size', 'KB', (path) => (facts.get(path)?.bytes ?? Number.NaN) / 1000),
  ];
  const imported = store.readColumns().map((column): ImageColumn => {
    const numbers = numbersOf(column);
    const id = `imported:${column.name}`;
    if (numbers === undefined) return category(id, column.name, paths, (path) => column.values.get(path));
    return number(id, column.name, '', (path) => numbers.get(path));
  });
  return [...columns, ...imported].filter(says);
}

/** Whether anything is written about the images. */
function captionColumn({ captions }: KnownCaptions, paths: readonly string[]): ImageColumn {
  return category(CAPTION, 'Caption', paths, (path) => {
    const own = captions.get(path);
    if (own === undefined) return 'without a caption';
    return own.some((caption) => caption !== '') ? 'with a caption' : 'empty caption';
  });
}

/** Names in their order, and which of them each image has. */
export function category(
  id: string,
  name: string,
  paths: readonly string[],
  of: (path: string) => string | undefined,
): ImageColumn {
  const values = paths.map(of);
  const names = [...new Set(values.filter((value) => value !== undefined))].sort((a, b) => (a < b ? -1 : 1));
  const codeOf = new Map(names.map((value, code) => [value, code]));
  const codes = Int32Array.from(values, (value) => (value === undefined ? -1 : codeOf.get(value)!));
  return { id, name, unit: '', kind: 'category', names, codes };
}

/** What no image has, or all have the same of, tells nothing. */
function says(column: ImageColumn): boolean {
  if (column.kind === 'number') {
    const first = column.values.find(Number.isFinite);
    return first !== undefined && column.values.some((value) => Number.isFinite(value) && value !== first);
  }
  return column.names.length > (['format', CAPTION].includes(column.id) ? 1 : 0);
}
