import { extname } from 'node:path';
import { components } from '../../core/curation/components.ts';
import { groupsTorn, noneToSplit, scenesNotSought } from '../../core/curation/selectionErrors.ts';
import { assignSplits, splitNames, type SplitShares } from '../../core/curation/splitting/assignSplits.ts';
import { joinScenes } from '../../core/curation/splitting/joinScenes.ts';
import {
  configuredSplits,
  formatSplits,
  SPLIT_TABLE,
  type AssignedSplit,
  type ConfiguredSplits,
} from '../../core/curation/splitting/splitPatterns.ts';
import { usage, type LikenessError } from '../../core/errors.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
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
import { DuplicateFindings } from './duplicateFindings.ts';
import { findDuplicates, type Duplicates } from './duplicates.ts';
import { imageNeighbors } from './imageNeighbors.ts';
import { findScenes } from './sceneSearch.ts';

/**
 * Numbers that are multiplied to find scenes, at most: some seconds on two cores. 60,000 images have as many with vectors of 576
 * numbers.
 */
const MOST_FOR_SCENES = 2e10;

/**
 * Splits the images below a folder into those to train on, to validate with and to test with, so that no copies are torn apart, and
 * shots of a scene only where it can't be helped.
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
  const same = await findSame(images, options, context);
  const groupOf = copiesTogether(images, same?.duplicates);
  const isAsked = askedFor(images, request);
  const rows = withCopies(groupOf, isAsked);
  const groups = Int32Array.from(rows, (row) => groupOf[row]!);
  const labels = rows.map((row) => images.labels[row]);
  const kept = rows.map((row) => (all && isAsked(row) ? undefined : images.splits[row]));
  const areSought = same !== undefined && kept.includes(undefined);
  const scenes = areSought ? await scenesAmong(images, rows, same, options, context) : undefined;
  const most = largestGroup(shares, rows.length);
  const joined = scenes && joinScenes({ groupOf: groups, scenes, kept, most });
  const found = assignSplits({ groupOf: joined?.groupOf ?? groups, labels, kept, shares, seed });
  const { torn } = found;
  const assigned = rows
    .map((row, i) => ({ row, split: found.splits[i]! }))
    .filter(({ row }) => isAsked(row) || images.splits[row] === undefined);
  const assignments = assigned.map(({ row, split }): AssignedSplit => ({ path: images.paths[row]!, split }));
  const notices: LikenessError[] = [
    ...images.notices,
    ...(torn > 0 ? [groupsTorn(torn, all)] : []),
    ...(areSought && scenes === undefined ? [scenesNotSought(images.rows)] : []),
  ];
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
    ...(scenes && joined && { scenes: { together: joined.together, apart: scenes.length - joined.together } }),
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

interface SameImages {
  readonly neighbors: Neighbors;
  readonly duplicates: Duplicates;
}

/** Undefined where there is but one image. */
async function findSame(
  images: CuratedImages,
  { dataset, threads }: MappingOptions,
  context: JobContext,
): Promise<SameImages | undefined> {
  if (images.rows < 2) return undefined;
  const { neighbors } = await imageNeighbors(images, threads, context);
  const duplicates = await findDuplicates(images, neighbors, dataset.store, context, {
    cropRatio: dataset.config.thresholds?.['near-duplicate'],
  });
  return { neighbors, duplicates };
}

/**
 * Of each image a number, equal for all that any chain joins of copies, or of pairs that a person said are the same: a leak by
 * two steps is one as well.
 */
function copiesTogether({ rows }: CuratedImages, duplicates: Duplicates | undefined): Int32Array {
  if (duplicates === undefined) return new Int32Array(rows);
  const { sameAs, copies, joined } = duplicates;
  const same = Array.from(sameAs, (first, second) => ({ first, second }));
  return components(rows, [...same, ...copies, ...joined]);
}

/**
 * The scenes that a check would list, the closest first; undefined where it would take too long to look for them.
 *
 * @param rows of the images, ascending
 * @returns places among these rows
 */
async function scenesAmong(
  images: CuratedImages,
  rows: readonly number[],
  { neighbors, duplicates }: SameImages,
  { dataset, threads }: MappingOptions,
  context: JobContext,
): Promise<number[][] | undefined> {
  if (images.rows * images.dim ** 2 > MOST_FOR_SCENES) return undefined;
  const ratio = dataset.config.thresholds?.['same-scene'];
  const pairs = await findScenes(images, neighbors, ratio, threads, context);
  const findings = new DuplicateFindings(images, duplicates, () => undefined);
  const placeOf = new Map(rows.map((row, place) => [row, place]));
  return findings
    .sceneGroups(pairs)
    .sort((a, b) => a.ratio - b.ratio)
    .map(({ kept, others }) => [kept, ...others].flatMap((row) => placeOf.get(row) ?? []))
    .filter((places) => places.length > 1);
}

/** Scenes are joined to groups of a fifth of the smallest split at most, but may be pairs of any. */
function largestGroup(shares: SplitShares, rows: number): number {
  const smallest = Math.min(...splitNames.map((name) => shares[name]).filter((share) => share > 0));
  return Math.max(2, Math.floor((smallest * rows) / 5));
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
