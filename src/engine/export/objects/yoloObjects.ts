import { createHash } from 'node:crypto';
import { imageIds, LARGEST_IMAGE_ID, plainEntry, type CocoContent } from '../../../core/export/coco.ts';
import type { ExportImage } from '../../../core/export/exportImage.ts';
import type { YoloContent } from '../../../core/export/folderPlans.ts';
import { changedWhileExported, numbersLeftOut } from '../../../core/export/objects/objectErrors.ts';
import { cocoShapeOf, IdsBehind, keypointNamesOf, keypointShapeOf } from '../../../core/export/objects/yoloObjects.ts';
import type { LikenessError } from '../../../core/errors.ts';
import { withEdits } from '../../../core/labels/relabel/byteEdits.ts';
import { invalidLabels } from '../../../core/labels/labelSourceErrors.ts';
import { parseYoloLines, type YoloDescription, type YoloLine } from '../../../core/labels/yoloLabels.ts';
import type { PlannedFile } from '../../labels/relabel/relabelPlan.ts';
import { labelFiles } from '../../labels/sources/labelFiles.ts';
import { parsedDescription, readYoloLines, yoloLabelFiles, yoloParts } from '../../labels/sources/yoloFile.ts';
import { runsOf } from '../pieces.ts';
import type { ObjectRequest } from './decidedClasses.ts';
import type { ObjectSource } from './objectSource.ts';

/** Label files that are read at once. */
const TOGETHER = 16;

interface YoloContents {
  readonly shown: readonly string[];
  readonly images: readonly ExportImage[];
  readonly description: YoloDescription;
  readonly listed: ReadonlySet<string>;
  /** The label files that there are, by image. */
  readonly labels: ReadonlyMap<string, string>;
  readonly plans: ReadonlyMap<string, PlannedFile>;
  readonly notices: readonly LikenessError[];
}

/** The lines of YOLO's label files, read an image at a time. */
export class YoloObjects implements ObjectSource {
  readonly #contents: YoloContents;
  readonly #notices: LikenessError[] = [];

  private constructor(contents: YoloContents) {
    this.#contents = contents;
  }

  /** Rejects with invalid-labels, file-not-found, unreadable-file, images-changed, or the codes of `planRelabels`. */
  static async read({ dataset, images, files, decided }: ObjectRequest): Promise<YoloObjects> {
    const { root, store } = dataset;
    const file = labelFiles(dataset)[0]!;
    const { plans, notices } = await decided();
    const text = await editedText(file, plans);
    const description = parsedDescription(Buffer.from(text, 'latin1').toString('utf8'));
    if ('fault' in description) throw invalidLabels(file, description.fault);
    const parts = await yoloParts(root, file, description, store.readImagePaths());
    const listed = new Set(parts.flatMap(({ paths }) => paths));
    const own = images.map(({ path }) => path).filter((path) => listed.has(path));
    const { files: labels } = await yoloLabelFiles(root, own);
    return new YoloObjects({ shown: files, images, description, listed, labels, plans, notices });
  }

  get files(): readonly string[] {
    return this.#contents.shown;
  }

  lists(path: string): boolean {
    return this.#contents.listed.has(path);
  }

  /** Each file is read once. */
  assertUnchanged(): Promise<void> {
    return Promise.resolve();
  }

  notices(): LikenessError[] {
    return [...this.#contents.notices, ...this.#notices];
  }

  toYolo(): Promise<YoloContent> {
    const { shown, description } = this.#contents;
    return Promise.resolve({
      names: description.names,
      comment: `The lines of the label files are those of ${shown.join(' and ')}, with the classes that were decided since.`,
      reading: description.reading,
      textOf: async ({ path }: ExportImage) => {
        const { lines, isOther } = await this.#linesOf(path);
        return lines.length === 0 && isOther ? undefined : lines.map(({ code, rest }) => `${code} ${rest}\n`).join('');
      },
    });
  }

  toCoco(description: string): { readonly content: CocoContent; readonly pieces: number } {
    const { shown, images, description: own } = this.#contents;
    const shape = keypointShapeOf(own.reading['kpt_shape']);
    const ids = imageIds(images);
    const note = `The annotations are those of ${shown.join(' and ')}, with the classes that were decided since, in pixels. File names are relative to the folder of the data set.`;
    return {
      content: {
        info: JSON.stringify({ description, version: '1.0', note }),
        licenses: '[]',
        categories: [...own.names].map(([code, name]) => {
          const keypoints = shape && keypointNamesOf(own.reading['kpt_names'], code, shape);
          // What draws keypoints looks for the lines between them.
          return JSON.stringify({
            id: code + 1,
            name,
            supercategory: '',
            ...(keypoints && { keypoints, skeleton: [] }),
          });
        }),
        entryOf: (image) => plainEntry(image, ids.get(image.path)!),
        annotations: () => this.#annotations(ids),
      },
      pieces: images.length,
    };
  }

  /** The annotations of each image as one text. */
  async *#annotations(ids: ReadonlyMap<string, number>): AsyncGenerator<string> {
    const { images, description } = this.#contents;
    const keypoints = keypointShapeOf(description.reading['kpt_shape']);
    const annotationIds = new IdsBehind(ids.values(), LARGEST_IMAGE_ID);
    let more = 0;
    let first = '';
    for (const [start, end] of runsOf(images.length, TOGETHER)) {
      const group = images.slice(start, end);
      const lines = await Promise.all(group.map(async ({ path }) => (await this.#linesOf(path)).lines));
      for (const [i, image] of group.entries()) {
        const id = ids.get(image.path)!;
        const own = annotationIds.of(id, lines[i]!.length);
        const texts = lines[i]!.map(({ code, rest }, k) => {
          const { shape, hasMore } = cocoShapeOf(rest.split(/\s+/).map(Number), image, keypoints);
          if (hasMore && more++ === 0) first = image.path;
          return JSON.stringify({ id: own[k], image_id: id, category_id: code + 1, ...shape });
        });
        yield texts.join(',\n');
      }
    }
    if (more > 0) this.#notices.push(numbersLeftOut(more, first));
  }

  /** Those of classes that have a name, and whether there are others; who reads the labels tells of them. */
  async #linesOf(path: string): Promise<{ readonly lines: readonly YoloLine[]; readonly isOther: boolean }> {
    const { labels, plans, description } = this.#contents;
    const file = labels.get(path);
    if (file === undefined) return { lines: [], isOther: false };
    const { lines: all, faults } = parseYoloLines(await editedText(file, plans));
    const lines = all.filter(({ code }) => description.names.has(code));
    return { lines, isOther: lines.length < all.length || faults.length > 0 };
  }
}

/** The bytes of a small file as characters, as they are with edits. */
async function editedText(file: string, plans: ReadonlyMap<string, PlannedFile>): Promise<string> {
  const text = await readYoloLines(file);
  const plan = plans.get(file);
  if (plan === undefined) return text;
  const hash = createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex');
  if (hash !== plan.sha256) throw changedWhileExported(file);
  return withEdits(text, plan.edits);
}
