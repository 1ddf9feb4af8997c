import { distinctRows } from '../../core/curation/selection/distinct.ts';
import { selectBalanced, selectorOf } from '../../core/curation/selection/select.ts';
import type { SelectionProblem } from '../../core/curation/selection/selection.ts';
import { uncertaintyOf } from '../../core/curation/selection/uncertainty.ts';
import { fixedUnknown, noClassesToBalance, tooManyWanted } from '../../core/curation/selectionErrors.ts';
import { namedImages } from '../../core/images/namedImages.ts';
import { noImagesBelow, nothingUnlabelled } from '../../core/labels/labelErrors.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { JobContext } from '../../core/progress.ts';
import type { SelectReport, SelectRequest } from '../../protocol/selection.ts';
import type { Dataset } from '../dataset.ts';
import { decisionsByPath, tagsOf } from '../decisions/decidedOf.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import { embeddedEncoder, type MappingOptions } from '../maps/mapEncoder.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { assertOutputFile, writeOutput } from '../store/outputFile.ts';
import { readCuratedImages, type CuratedImages } from './curatedImages.ts';
import { findDuplicates } from './duplicates.ts';
import { imageNeighbors } from './imageNeighbors.ts';

/**
 * Chooses images below a folder that stand for all of them. Images that people have excluded are left out, and no two that
 * show the same are chosen.
 *
 * Rejects with too-few-images, not-enough-labels, file-not-found, the codes of `writeOutput`, of encoders and of the store,
 * or `cancelled`.
 */
export async function selectImages(
  request: SelectRequest,
  options: MappingOptions,
  context: JobContext,
): Promise<SelectReport> {
  const startedAt = performance.now();
  const { dataset, threads } = options;
  const { root, store } = dataset;
  const { folder, count, method = 'facility-location', balanced = false, seed = 0, out } = request;
  if (out) await assertOutputFile(out, dataset);
  const below = relativeToRoot(root, folder) ?? '';
  const { fixedTags = [], toLabel = false } = request;
  // What is chosen already, and what has a label, may lie elsewhere.
  const scope = request.fixed === undefined && fixedTags.length === 0 && !toLabel ? below : '';
  const encoder = await embeddedEncoder(request.encoder, scope, options, context);
  const images = await readCuratedImages(dataset, encoder, scope);
  const isTagged = await taggedWith(dataset, images.paths, fixedTags);
  const named = new Set(fixedRows(root, images, request.fixed ?? []));
  const all = [...images.paths.keys()];
  const isLabelled = (row: number) => toLabel && images.labels[row] !== undefined;
  const isGiven = (row: number) => named.has(row) || isTagged(images.paths[row]!);
  const fixed = all.filter((row) => isGiven(row) || isLabelled(row));
  const isFixed = new Set(fixed);
  const own = all.filter((row) => isBelow(images.paths[row]!, below));
  const wanted = request.images === undefined ? undefined : namedPaths(images.paths, request.images);
  const rows = own.filter((row) => !isFixed.has(row) && (wanted?.has(images.paths[row]!) ?? true));
  if (own.length === 0 && fixed.length === 0) throw noImagesBelow(folder, root);
  if (toLabel && rows.length === 0) throw nothingUnlabelled(folder);
  if (count > rows.length) throw tooManyWanted(folder, count, rows.length, 0);
  if (balanced && rows.every((row) => images.labels[row] === undefined)) throw noClassesToBalance(folder);
  const candidates = await distinct(images, rows, fixed, options, context);
  const copies = rows.length - candidates.length;
  if (count > candidates.length) throw tooManyWanted(folder, count, candidates.length, copies);
  const { problem: plain, rowAt } = problemOf(images, candidates, fixed, count);
  const select = selectorOf(method, seed);
  const chosen = await withProducts(threads, async (products) => {
    const work = {
      products,
      inPhase: <T>(name: string, total: number, run: (between: (done: number) => Promise<void>) => Promise<T>) =>
        inPhase(name, total, context, run),
    };
    const labels = Array.from(rowAt, (row) => images.labels[row]);
    const unknown = toLabel && method === 'facility-location' ? await uncertaintyOf(plain, labels, work) : undefined;
    // By its root: what nothing is known of must not outweigh what stands for many; measured better than either alone.
    const problem = { ...plain, ...(unknown && { weights: unknown.map(Math.sqrt) }) };
    return balanced ? selectBalanced(problem, labels, select, work) : select(problem, work);
  });
  const chosenRows = chosen.map((place) => rowAt[place]!);
  const paths = chosenRows.map((row) => images.paths[row]!);
  if (out) await writeOutput(out, paths.map((path) => `${path}\n`).join(''));
  return {
    root,
    paths,
    method,
    encoder: { id: encoder.card.id, dim: images.dim },
    candidates: candidates.length,
    copies,
    fixed: fixed.filter(isGiven).length,
    labelled: fixed.filter((row) => !isGiven(row)).length,
    classes: classesOf(images, chosenRows),
    out: out?.file,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [...store.notices, ...images.notices.map(({ code, message }) => ({ code, message }))],
  };
}

/** Those of the paths that are named, or lie in a folder that is. */
function namedPaths(paths: readonly string[], named: readonly string[]): ReadonlySet<string> {
  const { images } = namedImages(
    paths.map((path) => ({ path })),
    named,
  );
  return new Set(images.map(({ path }) => path));
}

/** Whether an image has one of the tags. */
async function taggedWith({ root, store }: Dataset, paths: readonly string[], tags: readonly string[]) {
  if (tags.length === 0) return () => false;
  const decided = decisionsByPath(await readDecisions(root), store, paths);
  return (path: string) => tagsOf(decided.get(path)).some((tag) => tags.includes(tag));
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function fixedRows(root: string, { paths }: CuratedImages, fixed: readonly string[]): number[] {
  const rowOf = new Map(paths.map((path, row) => [path, row]));
  const rows = new Set<number>();
  const unknown: string[] = [];
  for (const named of fixed) {
    const path = named.replace(/\/+$/, '');
    const row = rowOf.get(path);
    const found = row === undefined ? [...paths.keys()].filter((other) => isBelow(paths[other]!, path)) : [row];
    if (found.length === 0) unknown.push(named);
    for (const one of found) rows.add(one);
  }
  if (unknown.length > 0) throw fixedUnknown(root, unknown.length, unknown[0]!);
  return [...rows].sort((a, b) => a - b);
}

async function distinct(
  images: CuratedImages,
  rows: readonly number[],
  fixed: readonly number[],
  { dataset, threads }: MappingOptions,
  context: JobContext,
): Promise<number[]> {
  if (images.rows < 2) return [...rows];
  const { neighbors } = await imageNeighbors(images, threads, context);
  const duplicates = await findDuplicates(images, neighbors, dataset.store, context, {
    cropRatio: dataset.config.thresholds?.['near-duplicate'],
  });
  const size = (row: number) => {
    const facts = images.facts[row];
    return facts === undefined ? 0 : facts.width * facts.height;
  };
  return distinctRows(duplicates, rows, fixed, (a, b) => size(b) - size(a) || a - b);
}

/** Only what can be chosen and what is chosen already is to be represented. */
function problemOf(
  { vectors, dim }: CuratedImages,
  candidates: readonly number[],
  fixed: readonly number[],
  count: number,
): { readonly problem: SelectionProblem; readonly rowAt: Uint32Array } {
  const rowAt = Uint32Array.from([...candidates, ...fixed]).sort();
  const isFixed = new Set(fixed);
  const places = [...rowAt.keys()];
  const problem = {
    vectors: gathered(vectors, dim, rowAt),
    rows: rowAt.length,
    dim,
    candidates: places.filter((place) => !isFixed.has(rowAt[place]!)),
    fixed: places.filter((place) => isFixed.has(rowAt[place]!)),
    count,
  };
  return { problem, rowAt };
}

function classesOf({ labels }: CuratedImages, rows: readonly number[]): SelectReport['classes'] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const label = labels[row];
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
