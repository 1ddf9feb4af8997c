/** Formats that carry the class of each image to what trains on them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cocoPieces, wholeImages } from '../../core/export/coco.ts';
import type { LikenessError } from '../../core/errors.ts';
import {
  copiedNotLinked,
  filesGone,
  foldersRenamed,
  nothingLabelledToExport,
  nothingToExport,
  splitsMissing,
  withoutLabel,
} from '../../core/export/exportErrors.ts';
import type { ExportImage } from '../../core/export/exportImage.ts';
import {
  planImageFolder,
  planYolo,
  wholeImageLines,
  yoloDescription,
  type PlacedImage,
  type YoloContent,
  type YoloPlan,
} from '../../core/export/folderPlans.ts';
import {
  noCategories,
  noneListed,
  notAnnotated,
  nothingLeft,
  nothingWritable,
} from '../../core/export/objects/objectErrors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { Dataset } from '../dataset.ts';
import { inPhase } from '../jobs/phase.ts';
import { streamOutput, type OutputFile } from '../store/outputFile.ts';
import { readObjects, type ObjectSource } from './objects/objectSource.ts';
import { writeFolder } from './outputFolder.ts';
import { joined, runsOf } from './pieces.ts';
import { placeImages, presentImages } from './placeImages.ts';
import type { Written } from './written.ts';

/** Label files that are written at once. */
const TOGETHER = 16;
/** Without which YOLO doesn't train. */
const neededSplits = ['train', 'val'];

interface LabelledExport {
  readonly dataset: Dataset;
  /** For messages. */
  readonly folder: string;
  readonly images: readonly ExportImage[];
}

/**
 * COCO's JSON. Images without an annotation are listed without one, and so are those that have no label where labels are of
 * whole images.
 */
export async function writeCoco(
  { dataset, folder, images, target }: LabelledExport & { readonly target: OutputFile },
  context: JobContext,
): Promise<Written> {
  const { root } = dataset;
  const { present, notices } = await checked({ root, folder, images }, context);
  const objects = await readObjects(dataset, present, context);
  const unlabelled = without(present, objects);
  if (unlabelled.length === present.length) throw nothingKnown(folder, objects, 'COCO');
  const { content, pieces: annotations } = objects?.toCoco(basename(root)) ?? {
    content: wholeImages(present, basename(root)),
    pieces: present.length - unlabelled.length,
  };
  // Each image is a piece, and each annotation.
  const pieces = present.length + annotations;
  await inPhase('Exporting', pieces, context, (between) =>
    streamOutput(
      target,
      joined(cocoPieces(present, content), (done) => between(Math.min(done, pieces))),
      objects?.assertUnchanged.bind(objects),
    ),
  );
  const told = objects?.notices() ?? [];
  return { images: present.length, notices: [...notices, ...told, ...withoutNotices(unlabelled, objects, true)] };
}

/**
 * A folder that YOLO trains on. Images that nothing is known of are left out, as one without a box stands for "nothing
 * there": those without a label where labels are of whole images, else those that the label files don't list.
 */
export async function writeYolo(
  { dataset, folder, images, out, isLinked }: LabelledExport & { readonly out: string; readonly isLinked: boolean },
  context: JobContext,
): Promise<Written> {
  const { root } = dataset;
  const { present, notices } = await checked({ root, folder, images }, context);
  const objects = await readObjects(dataset, present, context);
  const unlabelled = without(present, objects);
  if (unlabelled.length === present.length) throw nothingKnown(folder, objects, 'YOLO');
  const left = new Set(unlabelled);
  const labelled = present.filter((image) => !left.has(image));
  const plan = planYolo(labelled);
  const content: YoloContent = (await objects?.toYolo(labelled, context)) ?? wholeImageLines(labelled);
  if (objects !== undefined && content.names.size === 0) throw noCategories(objects.files, 'YOLO');
  const { copied, kept } = await writeFolder(out, (staging) =>
    inPhase('Exporting', plan.images.length, context, async (between) => {
      const own = await writeLabels(staging, plan, content, between);
      if (own.length === 0) throw nothingWritable(folder, objects?.files ?? [], 'YOLO');
      const placed = await placeImages(root, own, staging, { isLinked, between });
      await writeFile(join(staging, 'data.yaml'), yoloDescription({ splits: splitsOf(plan, own) }, content));
      await objects?.assertUnchanged();
      return { ...placed, kept: own };
    }),
  );
  const missing = neededSplits.filter((name) => !splitsOf(plan, kept).some((split) => split.name === name));
  const written = new Set(kept.map(({ image }) => image));
  const nothing = labelled.filter((image) => !written.has(image));
  return {
    images: kept.length,
    notices: [
      ...notices,
      ...(objects?.notices() ?? []),
      ...withoutNotices(unlabelled, objects, false),
      ...(nothing.length > 0 ? [nothingLeft(nothing.length, nothing[0]!.path)] : []),
      ...(copied > 0 ? [copiedNotLinked(copied)] : []),
      ...(missing.length > 0 ? [splitsMissing(missing)] : []),
    ],
  };
}

/** Writes the label files. Returns the images that have one. */
async function writeLabels(
  folder: string,
  { images }: YoloPlan,
  { textOf }: YoloContent,
  between: (done: number) => Promise<void>,
): Promise<PlacedImage[]> {
  const kept: PlacedImage[] = [];
  for (const [start, end] of runsOf(images.length, TOGETHER)) {
    const group = images.slice(start, end);
    const done = await Promise.allSettled(
      group.map(async ({ labels, image }) => {
        const text = await textOf(image);
        if (text === undefined) return false;
        await mkdir(join(folder, dirname(labels)), { recursive: true });
        await writeFile(join(folder, labels), text, { flag: 'wx' });
        return true;
      }),
    );
    for (const [i, one] of done.entries()) {
      if (one.status === 'rejected') throw one.reason;
      if (one.value) kept.push(group[i]!);
    }
    await between(0);
  }
  return kept;
}

/** The splits that have images. */
function splitsOf({ splits }: YoloPlan, images: readonly PlacedImage[]): YoloPlan['splits'] {
  const folders = new Set(images.map(({ target }) => dirname(target)));
  return splits.filter(({ folder }) => folders.has(`images/${folder}`));
}

/** A folder for each class, below one for each split. */
export async function writeImageFolder(
  { dataset, folder, images, out, isLinked }: LabelledExport & { readonly out: string; readonly isLinked: boolean },
  context: JobContext,
): Promise<Written> {
  const { root } = dataset;
  const { present, notices } = await checked({ root, folder, images }, context);
  const { placed, renamed } = planImageFolder(present);
  const { copied } = await writeFolder(out, (staging) =>
    inPhase('Exporting', placed.length, context, (between) =>
      placeImages(root, placed, staging, { isLinked, between }),
    ),
  );
  const told = (['class', 'split'] as const)
    .map((kind) => renamed.filter(({ of }) => of === kind))
    .filter((own) => own.length > 0)
    .map(foldersRenamed);
  return {
    images: placed.length,
    notices: [...notices, ...told, ...(copied > 0 ? [copiedNotLinked(copied)] : [])],
  };
}

/** Those whose files are there, one at least: what trains on the export would look for them. */
async function checked(
  { root, folder, images }: Pick<LabelledExport, 'folder' | 'images'> & { readonly root: string },
  context: JobContext,
) {
  const { images: present, gone } = await inPhase('Looking for the files', images.length, context, (between) =>
    presentImages(root, images, between),
  );
  if (present.length === 0) throw nothingToExport(folder, 'whose file is there');
  const notices: LikenessError[] = gone.length > 0 ? [filesGone(gone.length, gone[0]!)] : [];
  return { present, notices };
}

function nothingKnown(folder: string, objects: ObjectSource | undefined, format: string): LikenessError {
  return objects === undefined ? nothingLabelledToExport(folder, format) : noneListed(folder, objects.files);
}

/** Images that nothing is known of. */
function without(images: readonly ExportImage[], objects: ObjectSource | undefined): ExportImage[] {
  return images.filter(({ path, label }) => (objects === undefined ? label === undefined : !objects.lists(path)));
}

/** @param listed whether the images are in the export all the same */
function withoutNotices(
  images: readonly ExportImage[],
  objects: ObjectSource | undefined,
  listed: boolean,
): LikenessError[] {
  const [first] = images;
  if (first === undefined) return [];
  return [
    objects === undefined
      ? withoutLabel(images.length, listed)
      : notAnnotated(images.length, objects.files, first.path, listed),
  ];
}
