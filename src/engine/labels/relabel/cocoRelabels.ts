import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { freshNumbers, isExact } from '../../../core/export/objects/freshNumbers.ts';
import { jsonPlaces, latin } from '../../../core/json/jsonPlaces.ts';
import { JsonSections, type JsonElement, type JsonList } from '../../../core/json/jsonSections.ts';
import { annotationOf, idJson, parsedElement, type CocoId } from '../../../core/labels/cocoLabels.ts';
import { splitOfFileName } from '../../../core/labels/labelRules.ts';
import { utf8Latin, type ByteEdit } from '../../../core/labels/relabel/byteEdits.ts';
import { addedCategories, type CategoryList } from '../../../core/labels/relabel/cocoCategory.ts';
import { noAnnotation, noCategories, noRow, severalClasses } from '../../../core/labels/relabel/relabelReasons.ts';
import type { RelabelChange, RelabelProblem } from '../../../protocol/relabels.ts';
import { labelFiles, streamLabelFile } from '../sources/labelFiles.ts';
import { finderOf, goThroughCoco } from '../sources/rowSources.ts';
import type { PlannedFile, RelabelPlan, RelabelWork } from './relabelPlan.ts';
import { shownFile } from './shownFile.ts';

/** The number of an annotation's category, where it stands. */
interface CategoryPlace {
  readonly category: CocoId | undefined;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** The annotations of a dataset's COCO files that have to be of another category. Rejects as `readKnownLabels` does. */
export async function planCocoRelabels(work: RelabelWork): Promise<RelabelPlan> {
  const { dataset, wanted } = work;
  const changes: RelabelChange[] = [];
  const problems = new Map<string, RelabelProblem>();
  const files: PlannedFile[] = [];
  const all = labelFiles(dataset);
  for (const file of all) {
    const plan = await planFile(file, work);
    changes.push(...plan.changes);
    for (const problem of plan.problems) problems.set(problem.path, problem);
    files.push(...plan.files);
  }
  const changed = new Set(changes.map(({ path }) => path));
  for (const [path, relabelling] of wanted) {
    if (changed.has(path) || problems.has(path)) continue;
    const reason = noRow(all.map((file) => shownFile(dataset.root, file)));
    problems.set(path, { ...relabelling, reason });
  }
  return { changes, problems: [...problems.values()].filter(({ path }) => !changed.has(path)), files, moves: [] };
}

async function planFile(file: string, { dataset, paths, wanted }: RelabelWork): Promise<Omit<RelabelPlan, 'moves'>> {
  const { root } = dataset;
  const list = new LastCategory();
  const reader = await goThroughCoco(file, {
    onElement: (element) => {
      list.take(element);
    },
    onList: (own) => {
      list.end(own);
    },
  });
  const find = finderOf(root, file, paths);
  const split = splitOfFileName(file);
  /** Of the images that are to change, by their ids in this file. */
  const pathOf = new Map<CocoId, string>();
  for (const [name, ids] of reader.imageIds()) {
    const path = find(name, split);
    if (path !== undefined && wanted.has(path)) for (const id of ids) pathOf.set(id, path);
  }
  if (pathOf.size === 0) return { changes: [], problems: [], files: [] };
  const { places, sha256 } = await placesOf(file, pathOf);
  const shown = shownFile(root, file);
  const namesById = reader.categoryNames();
  const idOf = new Map(reader.categoryIds());
  const freeId = freeIds(list, namesById, reader.usedCategories(), wanted.size);
  const added: { id: number; name: string }[] = [];
  const changes: RelabelChange[] = [];
  const problems: RelabelProblem[] = [];
  const edits: ByteEdit[] = [];
  for (const path of new Set(pathOf.values())) {
    const relabelling = wanted.get(path)!;
    const { to } = relabelling;
    const own = places.get(path) ?? [];
    const names = [...new Set(own.map(({ category }) => nameOf(category, namesById)))];
    if (!idOf.has(to) && own.length > 0 && names.length === 1) {
      const id = freeId?.();
      if (id !== undefined) {
        idOf.set(to, id);
        added.push({ id, name: to });
      }
    }
    const id = idOf.get(to);
    const reason =
      own.length === 0
        ? noAnnotation(shown)
        : names.length > 1
          ? severalClasses(shown, own.length, names)
          : id === undefined
            ? noCategories(shown)
            : undefined;
    if (reason !== undefined) problems.push({ ...relabelling, reason });
    else {
      const text = utf8Latin(idJson(id!));
      for (const { start, end } of own) edits.push({ start, end, text });
      changes.push({ ...relabelling, where: { file: shown, lines: [...new Set(own.map(({ line }) => line))] } });
    }
  }
  if (added.length > 0) edits.push(addedCategories(list.list!, await betweenCategories(file, list.list!), added));
  const files = edits.length === 0 ? [] : [{ file, sha256, edits: edits.sort((a, b) => a.start - b.start) }];
  return { changes, problems, files };
}

function nameOf(category: CocoId | undefined, names: ReadonlyMap<CocoId, string>): string {
  return category === undefined ? 'none' : (names.get(category) ?? `the unknown ${category}`);
}

/** What stands between the last two categories: a comma and spaces, or a comma behind the only one's own spaces. */
async function betweenCategories(file: string, { start, last, lastButOneEnd }: CategoryList): Promise<string> {
  if (last === undefined) return '';
  const from = lastButOneEnd ?? start;
  const handle = await open(file);
  try {
    const { buffer } = await handle.read({ buffer: Buffer.alloc(last.start - from), position: from });
    const text = buffer.toString('latin1');
    return lastButOneEnd === undefined ? `,${text}` : text;
  } finally {
    await handle.close();
  }
}

/** Where the categories of some images' annotations stand, by path, and the hash of the file as it was read then. */
async function placesOf(file: string, pathOf: ReadonlyMap<CocoId, string>) {
  const places = new Map<string, CategoryPlace[]>();
  const hash = createHash('sha256');
  const take = (element: JsonElement) => {
    const { image, category } = annotationOf(parsedElement(element), element.line);
    const path = pathOf.get(image);
    if (path === undefined) return;
    const at = jsonPlaces(element.bytes).findLast(({ key }) => key === 'category_id');
    if (at === undefined) return;
    const before = element.bytes.subarray(0, at.start);
    const place = {
      category,
      start: element.start + at.start,
      end: element.start + at.end,
      line: element.line + before.reduce((lines, byte) => lines + Number(byte === 10), 0),
    };
    const own = places.get(path);
    if (own === undefined) places.set(path, [place]);
    else own.push(place);
  };
  const sections = new JsonSections({ wanted: ['annotations'], onElement: take });
  await streamLabelFile(file, (piece) => {
    hash.update(piece);
    sections.push(piece);
  });
  sections.end();
  return { places, sha256: hash.digest('hex') };
}

/** The end of the list of categories, to which others can be added. */
class LastCategory {
  #list: CategoryList | undefined;
  #lastEnd: number | undefined;
  #last: { readonly bytes: Uint8Array; readonly start: number } | undefined;
  #lastButOneEnd: number | undefined;

  get list(): CategoryList | undefined {
    return this.#list;
  }

  take({ section, bytes, start }: JsonElement): void {
    if (section !== 'categories') return;
    this.#lastButOneEnd = this.#lastEnd;
    this.#last = { bytes: bytes.slice(), start };
    this.#lastEnd = start + latin(bytes).trimEnd().length;
  }

  end({ section, start }: JsonList): void {
    if (section !== 'categories') return;
    this.#list = { start, last: this.#last, lastButOneEnd: this.#lastButOneEnd };
  }
}

/**
 * Gives numbers that neither a category has nor an annotation; undefined where ids are no numbers, or where there is no list.
 *
 * @param used ids of categories, listed or not
 * @param count how many are asked for at most
 */
function freeIds(
  { list }: LastCategory,
  listed: ReadonlyMap<CocoId, string>,
  used: Iterable<CocoId>,
  count: number,
): (() => number) | undefined {
  if (list === undefined || [...listed.keys()].some((id) => typeof id === 'string')) return undefined;
  // Beyond what a number holds there are none of the new ones.
  const numbers = [...used].filter((id): id is number => typeof id === 'number' && isExact(id));
  let next = freshNumbers(Float64Array.from(numbers).sort(), count);
  return () => next++;
}
