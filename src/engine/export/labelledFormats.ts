/** Formats that carry the class of each image to what trains on them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cocoPieces } from '../../core/export/coco.ts';
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
import { planImageFolder, planYolo, yoloDescription } from '../../core/export/folderPlans.ts';
import type { JobContext } from '../../core/progress.ts';
import { inPhase } from '../jobs/phase.ts';
import { streamOutput, type OutputFile } from '../store/outputFile.ts';
import { writeFolder } from './outputFolder.ts';
import { joined, runsOf } from './pieces.ts';
import { placeImages, presentImages } from './placeImages.ts';
import type { Written } from './written.ts';

/** Label files that are written at once. */
const TOGETHER = 16;
/** Without which YOLO doesn't train. */
const neededSplits = ['train', 'val'];

interface LabelledExport {
  readonly root: string;
  /** For messages. */
  readonly folder: string;
  readonly images: readonly ExportImage[];
}

/** COCO's JSON. Images without a label are listed without an annotation. */
export async function writeCoco(
  { root, folder, images, target }: LabelledExport & { readonly target: OutputFile },
  context: JobContext,
): Promise<Written> {
  const { present, notices } = await checked(root, images, context);
  const unlabelled = countUnlabelled(present);
  if (unlabelled === present.length) throw nothingLabelledToExport(folder, 'coco');
  // Each image is a piece, and each annotation.
  const pieces = 2 * present.length - unlabelled;
  await inPhase('Exporting', pieces, context, (between) =>
    streamOutput(
      target,
      joined(cocoPieces(present, basename(root)), (done) => between(Math.min(done, pieces))),
    ),
  );
  return { images: present.length, notices: [...notices, ...(unlabelled > 0 ? [withoutLabel(unlabelled, true)] : [])] };
}

/** A folder that YOLO trains on; images without a label are left out, as one without a box stands for "nothing there". */
export async function writeYolo(
  { root, folder, images, out, isLinked }: LabelledExport & { readonly out: string; readonly isLinked: boolean },
  context: JobContext,
): Promise<Written> {
  const { present, notices } = await checked(root, images, context);
  const unlabelled = countUnlabelled(present);
  if (unlabelled === present.length) throw nothingLabelledToExport(folder, 'yolo');
  const plan = planYolo(present.filter(({ label }) => label !== undefined));
  const { copied } = await writeFolder(out, (staging) =>
    inPhase('Exporting', plan.images.length, context, async (between) => {
      for (const parent of new Set(plan.images.map(({ labels }) => dirname(labels)))) {
        await mkdir(join(staging, parent), { recursive: true });
      }
      for (const [start, end] of runsOf(plan.images.length, TOGETHER)) {
        const group = plan.images.slice(start, end);
        const done = await Promise.allSettled(
          group.map(({ labels, text }) => writeFile(join(staging, labels), text, { flag: 'wx' })),
        );
        for (const one of done) if (one.status === 'rejected') throw one.reason;
        await between(0);
      }
      const placed = await placeImages(root, plan.images, staging, { isLinked, between });
      await writeFile(join(staging, 'data.yaml'), yoloDescription(plan));
      return placed;
    }),
  );
  const missing = neededSplits.filter((name) => !plan.splits.some((split) => split.name === name));
  return {
    images: plan.images.length,
    notices: [
      ...notices,
      ...(unlabelled > 0 ? [withoutLabel(unlabelled, false)] : []),
      ...(copied > 0 ? [copiedNotLinked(copied)] : []),
      ...(missing.length > 0 ? [splitsMissing(missing)] : []),
    ],
  };
}

/** A folder for each class, below one for each split. */
export async function writeImageFolder(
  { root, folder, images, out, isLinked }: LabelledExport & { readonly out: string; readonly isLinked: boolean },
  context: JobContext,
): Promise<Written> {
  const { present, notices } = await checked(root, images, context);
  if (present.length === 0) throw nothingToExport(folder, 'whose file is there');
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

/** Those whose files are there: what trains on the export would look for them. */
async function checked(root: string, images: readonly ExportImage[], context: JobContext) {
  const { images: present, gone } = await inPhase('Looking for the files', images.length, context, (between) =>
    presentImages(root, images, between),
  );
  const notices: LikenessError[] = gone.length > 0 ? [filesGone(gone.length, gone[0]!)] : [];
  return { present, notices };
}

function countUnlabelled(images: readonly ExportImage[]): number {
  return images.filter(({ label }) => label === undefined).length;
}
