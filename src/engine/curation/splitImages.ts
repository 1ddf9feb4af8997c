import { extname } from 'node:path';
import { components } from '../../core/curation/components.ts';
import { groupsTorn, patternsReplaced } from '../../core/curation/selectionErrors.ts';
import { assignSplits } from '../../core/curation/splitting/assignSplits.ts';
import { configuredSplits, formatSplits, type AssignedSplit } from '../../core/curation/splitting/splitPatterns.ts';
import { usage, type LikenessError } from '../../core/errors.ts';
import { noImagesBelow } from '../../core/labels/labelErrors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { ClassSplit, SplitReport, SplitRequest } from '../../protocol/selection.ts';
import { embeddedEncoder, type MappingOptions } from '../maps/mapEncoder.ts';
import { writeConfig } from '../store/config.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { assertOutputFile, writeOutput } from '../store/outputFile.ts';
import { readCuratedImages, type CuratedImages } from './curatedImages.ts';
import { findDuplicates } from './duplicates.ts';
import { imageNeighbors } from './imageNeighbors.ts';

/**
 * Splits the images below a folder into those to train on, to validate with and to test with, so that no copies are torn apart.
 * Images that people have excluded are left out. Nothing is written unless asked for.
 *
 * Rejects with folder-not-found, usage, the codes of `writeOutput`, of encoders and of the store, or `cancelled`.
 */
export async function splitImages(
  request: SplitRequest,
  options: MappingOptions,
  context: JobContext,
): Promise<SplitReport> {
  const startedAt = performance.now();
  const { dataset } = options;
  const { root, store, config } = dataset;
  const { folder, shares, all = false, seed = 0, apply = false, out } = request;
  if (out && extname(out.file).toLowerCase() !== '.csv') {
    throw usage(`${out.file} has to end in .csv, as that is what is written.`);
  }
  if (out) await assertOutputFile(out, dataset);
  const below = relativeToRoot(root, folder) ?? '';
  const encoder = await embeddedEncoder(request.encoder, below, options, context);
  const images = await readCuratedImages(dataset, encoder, below);
  if (images.rows === 0) throw noImagesBelow(folder, root);
  const groupOf = await copiesTogether(images, options, context);
  const kept = images.splits.map((split) => (all ? undefined : split));
  const { splits, torn } = assignSplits({ groupOf, labels: images.labels, kept, shares, seed });
  const assignments = images.paths.map((path, row): AssignedSplit => ({ path, split: splits[row]! }));
  const notices: LikenessError[] = [...images.notices, ...(torn > 0 ? [groupsTorn(torn)] : [])];
  const made = apply
    ? configuredSplits(root, config, store.readImagePaths(), assignments, images.statedSplitOf)
    : undefined;
  if (out) await writeOutput(out, formatSplits(assignments));
  if (made) {
    writeConfig(root, { splits: made.splits });
    if (made.isReplaced) notices.push(patternsReplaced(Object.values(made.splits).flat().length));
  }
  return {
    root,
    assignments,
    kept: kept.filter((split) => split !== undefined).length,
    groups: groupsOfSeveral(groupOf),
    torn,
    shares,
    classes: classSplits(images, splits),
    applied: apply,
    out: out?.file,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [...store.notices, ...notices.map(({ code, message }) => ({ code, message }))],
  };
}

/** Of each image a number, equal for all that any chain of copies joins: a leak by two steps is one as well. */
async function copiesTogether(
  images: CuratedImages,
  { dataset, threads }: MappingOptions,
  context: JobContext,
): Promise<Int32Array> {
  if (images.rows < 2) return new Int32Array(images.rows);
  const { neighbors } = await imageNeighbors(images, threads, context);
  const { sameAs, copies } = await findDuplicates(images, neighbors, dataset.store, context);
  const same = Array.from(sameAs, (first, second) => ({ first, second }));
  return components(images.rows, [...same, ...copies]);
}

function groupsOfSeveral(groupOf: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const group of groupOf) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return [...sizes.values()].filter((size) => size > 1).length;
}

function classSplits({ labels }: CuratedImages, splits: readonly string[]): ClassSplit[] {
  const classes = new Map<string | undefined, Map<string, number>>();
  labels.forEach((label, row) => {
    const counts = classes.get(label) ?? new Map<string, number>();
    classes.set(label, counts.set(splits[row]!, (counts.get(splits[row]!) ?? 0) + 1));
  });
  return [...classes]
    .map(([label, counts]) => ({
      label,
      images: [...counts.values()].reduce((sum, count) => sum + count, 0),
      counts: Object.fromEntries(counts),
    }))
    .sort((a, b) => (b.label === undefined || (a.label !== undefined && a.label < b.label) ? -1 : 1));
}
