import { extname } from 'node:path';
import { components } from '../../core/curation/components.ts';
import { groupsTorn, noneToSplit } from '../../core/curation/selectionErrors.ts';
import { assignSplits } from '../../core/curation/splitting/assignSplits.ts';
import {
  configuredSplits,
  formatSplits,
  SPLIT_TABLE,
  type AssignedSplit,
  type ConfiguredSplits,
} from '../../core/curation/splitting/splitPatterns.ts';
import { usage, type LikenessError } from '../../core/errors.ts';
import { noImagesBelow } from '../../core/labels/labelErrors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { ClassSplit, SplitReport, SplitRequest } from '../../protocol/selection.ts';
import type { Dataset } from '../dataset.ts';
import type { DecisionService } from '../decisions/decisionService.ts';
import { embeddedEncoder, type MappingOptions } from '../maps/mapEncoder.ts';
import { readOurSplits } from '../labels/sources/rowSources.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { assertOutputFile, writeOutput } from '../store/outputFile.ts';
import { applySplits } from './applySplits.ts';
import { readCuratedImages, type CuratedImages } from './curatedImages.ts';
import { findDuplicates } from './duplicates.ts';
import { imageNeighbors } from './imageNeighbors.ts';

/**
 * Splits the images below a folder into those to train on, to validate with and to test with, so that no copies are torn apart.
 * Images that people have excluded are left out. Nothing is written unless asked for.
 *
 * Where only some are to be assigned, those that are copies of an image which keeps its split get the same one, and copies without
 * one go with those that get one.
 *
 * Rejects with folder-not-found, usage, too-few-images, the codes of `writeOutput`, of `applySplits`, of encoders and of the store, or `cancelled`.
 */
export async function splitImages(
  request: SplitRequest,
  options: MappingOptions & { readonly decisions: DecisionService },
  context: JobContext,
): Promise<SplitReport> {
  const startedAt = performance.now();
  const { dataset } = options;
  const { root, store } = dataset;
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
  const isAsked = askedFor(images, request);
  const rows = withCopies(groupOf, isAsked);
  const groups = Int32Array.from(rows, (row) => groupOf[row]!);
  const labels = rows.map((row) => images.labels[row]);
  const kept = rows.map((row) => (all && isAsked(row) ? undefined : images.splits[row]));
  const found = assignSplits({ groupOf: groups, labels, kept, shares, seed });
  const { torn } = found;
  const assigned = rows
    .map((row, i) => ({ row, split: found.splits[i]! }))
    .filter(({ row }) => isAsked(row) || images.splits[row] === undefined);
  const assignments = assigned.map(({ row, split }): AssignedSplit => ({ path: images.paths[row]!, split }));
  const notices: LikenessError[] = [...images.notices, ...(torn > 0 ? [groupsTorn(torn, all)] : [])];
  if (out) await writeOutput(out, formatSplits(assignments));
  const made = apply ? await configured(dataset, images, assignments) : undefined;
  const applied = made && (await applySplits(root, made, assignments.length, options.decisions));
  notices.push(...(applied?.notices ?? []));
  return {
    root,
    assignments,
    along: assigned.filter(({ row }) => !isAsked(row)).length,
    kept: rows.filter((row, i) => isAsked(row) && kept[i] !== undefined).length,
    groups: groupsOfSeveral(groups),
    torn,
    shares,
    classes: classSplits(images, assigned),
    applied: apply,
    ...(made?.table && { table: SPLIT_TABLE }),
    ...(applied?.step && { step: applied.step }),
    out: out?.file,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [...store.notices, ...notices.map(({ code, message }) => ({ code, message }))],
  };
}

async function configured(
  dataset: Dataset,
  images: CuratedImages,
  assignments: readonly AssignedSplit[],
): Promise<ConfiguredSplits> {
  const written = await readOurSplits(dataset);
  const known = { stated: images.statedSplitOf, inTable: images.tableSplitOf, written };
  return configuredSplits(dataset.config, dataset.store.readImagePaths(), assignments, known);
}

/** Of each image a number, equal for all that any chain of copies joins: a leak by two steps is one as well. */
async function copiesTogether(
  images: CuratedImages,
  { dataset, threads }: MappingOptions,
  context: JobContext,
): Promise<Int32Array> {
  if (images.rows < 2) return new Int32Array(images.rows);
  const { neighbors } = await imageNeighbors(images, threads, context);
  const { sameAs, copies } = await findDuplicates(images, neighbors, dataset.store, context, {
    cropRatio: dataset.config.thresholds?.['near-duplicate'],
  });
  const same = Array.from(sameAs, (first, second) => ({ first, second }));
  return components(images.rows, [...same, ...copies]);
}

/** Whether a row is to be assigned. Throws too-few-images where none is. */
function askedFor({ paths }: CuratedImages, { images, folder }: SplitRequest): (row: number) => boolean {
  if (images === undefined) return () => true;
  const asked = new Set(images);
  if (!paths.some((path) => asked.has(path))) throw noneToSplit(folder);
  return (row) => asked.has(paths[row]!);
}

/** The rows that are asked for and all copies of theirs, ascending. */
function withCopies(groupOf: Int32Array, isAsked: (row: number) => boolean): number[] {
  const rows = [...groupOf.keys()];
  const groups = new Set(rows.filter(isAsked).map((row) => groupOf[row]!));
  return rows.filter((row) => groups.has(groupOf[row]!));
}

function groupsOfSeveral(groupOf: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const group of groupOf) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return [...sizes.values()].filter((size) => size > 1).length;
}

function classSplits(
  { labels }: CuratedImages,
  assigned: readonly { readonly row: number; readonly split: string }[],
): ClassSplit[] {
  const classes = new Map<string | undefined, Map<string, number>>();
  for (const { row, split } of assigned) {
    const counts = classes.get(labels[row]) ?? new Map<string, number>();
    classes.set(labels[row], counts.set(split, (counts.get(split) ?? 0) + 1));
  }
  return [...classes]
    .map(([label, counts]) => ({
      label,
      images: [...counts.values()].reduce((sum, count) => sum + count, 0),
      counts: Object.fromEntries(counts),
    }))
    .sort((a, b) => (b.label === undefined || (a.label !== undefined && a.label < b.label) ? -1 : 1));
}
