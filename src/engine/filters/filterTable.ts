import { messageOf } from '../../core/errors.ts';
import { findingKinds } from '../../core/curation/findings.ts';
import { qualityScores } from '../../core/curation/qualityIssues.ts';
import { fieldNamed, otherFields, type FilterColumn } from '../../core/filters/filter.ts';
import { numbersOf } from '../../core/tables/columnTable.ts';
import { imageMeasures } from '../columns/imageMeasures.ts';
import { writtenOf, type KnownCaptions } from '../captions/knownCaptions.ts';
import { readOpinions } from '../columns/imageOpinions.ts';
import { readFindingKinds } from '../curation/lastFindings.ts';
import type { Dataset } from '../dataset.ts';
import type { KnownLabels } from '../labels/knownLabels.ts';

/** The id of the column of captions. */
export const CAPTION = 'caption';
const decisionActions = ['different', 'exclude', 'ignore', 'keep', 'quarantine', 'relabel', 'same', 'tag'] as const;

/** What is known of the files, which changes with the index alone. */
export function fileColumns({ store }: Pick<Dataset, 'store'>, paths: readonly string[]): FilterColumn[] {
  const known = store.readImageFacts();
  const facts = paths.map((path) => known.get(path));
  const scores = qualityScores(
    facts.map((one) => one?.quality && { width: one.width, height: one.height, quality: one.quality }),
  );
  const numbers = (id: string, name: string, of: (row: number) => number | undefined): FilterColumn => {
    const values = new Float64Array(paths.length);
    for (let row = 0; row < values.length; row++) values[row] = of(row) ?? Number.NaN;
    return { id, name, kind: 'numbers', values };
  };
  const own = [
    names('format', 'Format', paths, (_, row) => listOf(facts[row]?.format)),
    ...imageMeasures.map(({ id, name, of }) => numbers(id, name, (row) => facts[row] && of(facts[row]))),
    numbers('oddAspectRatio', 'Score of the shape', (row) => scores[row]?.['odd-aspect-ratio']),
    numbers('oddSize', 'Score of the size', (row) => scores[row]?.['odd-size']),
    numbers('grayscale', 'Score of the colour', (row) => scores[row]?.grayscale),
    numbers('bytes', 'File size', (row) => facts[row]?.bytes),
  ];
  const taken = ['class', 'split', 'tag', 'finding', 'decision', ...own.map(({ id }) => id), ...otherFields];
  const imported = store.readColumns().map((column): FilterColumn => {
    // As in exports.
    const id = fieldNamed(column.name, taken) === undefined ? column.name : `imported_${column.name}`;
    const values = numbersOf(column);
    if (values === undefined) return names(id, column.name, paths, (path) => listOf(column.values.get(path)));
    return numbers(id, column.name, (row) => values.get(paths[row]!));
  });
  return [...own, ...imported];
}

/** What people and the last check say of the images. */
export async function opinionColumns(
  dataset: Dataset,
  paths: readonly string[],
  { labelOf, splitOf, faults, labelFaults }: Pick<KnownLabels, 'labelOf' | 'splitOf' | 'faults' | 'labelFaults'>,
): Promise<FilterColumn[]> {
  const { store } = dataset;
  const { tagsOf, actionsOf } = await readOpinions(dataset, paths);
  const findings = await readFindingKinds(store);
  return [
    { ...names('class', 'Class', paths, (path) => listOf(labelOf(path))), faults: labelFaults.map(messageOf) },
    { ...names('split', 'Split', paths, (path) => listOf(splitOf(path))), faults: faults.map(messageOf) },
    names('tag', 'Tag', paths, tagsOf),
    names('finding', 'Finding of the last check', paths, (path) => findings.get(path) ?? [], findingKinds),
    names('decision', 'Decision', paths, actionsOf, decisionActions),
  ];
}

/** What is written about the images; empty captions count as none. */
export function captionColumn(known: KnownCaptions, paths: readonly string[]): FilterColumn {
  const written = (path: string) => writtenOf(known, path);
  return { id: CAPTION, name: 'Word of the caption', kind: 'texts', ...coded(paths, written) };
}

function names(
  id: string,
  name: string,
  paths: readonly string[],
  of: (path: string, row: number) => readonly string[],
  known?: readonly string[],
): FilterColumn {
  return { id, name, kind: 'names', ...coded(paths, of), ...(known && { known }) };
}

/** The different lists that there are, and which of them each path has. */
function coded(paths: readonly string[], of: (path: string, row: number) => readonly string[]) {
  const lists: (readonly string[])[] = [];
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(paths.length);
  paths.forEach((path, row) => {
    const list = of(path, row);
    const key = list.length === 1 ? list[0]! : list.join('\n');
    let code = codeOf.get(key);
    if (code === undefined) {
      code = lists.push(list) - 1;
      codeOf.set(key, code);
    }
    codes[row] = code;
  });
  return { lists, codes };
}

function listOf(name: string | undefined): readonly string[] {
  return name === undefined || name === '' ? [] : [name];
}
