import { stat } from 'node:fs/promises';
import type { CocoContent } from '../../../core/export/coco.ts';
import type { ExportImage } from '../../../core/export/exportImage.ts';
import type { YoloContent } from '../../../core/export/folderPlans.ts';
import { AnnotationIds } from '../../../core/export/objects/annotationIds.ts';
import { BoxList } from '../../../core/export/objects/boxList.ts';
import { cocoBoxOf, type Size } from '../../../core/export/objects/cocoBoxes.ts';
import { mergedEntries, type Entry } from '../../../core/export/objects/mergedEntries.ts';
import {
  changedWhileExported,
  crowdsLeftOut,
  otherSize,
  shapesLeftOut,
  wholeImageBoxes,
  withoutBox,
  withoutClass,
  withoutSize,
  writtenTwice,
} from '../../../core/export/objects/objectErrors.ts';
import type { LikenessError } from '../../../core/errors.ts';
import { withValues } from '../../../core/json/jsonValues.ts';
import type { CocoId } from '../../../core/labels/cocoLabels.ts';
import type { JobContext } from '../../../core/progress.ts';
import { inPhase } from '../../jobs/phase.ts';
import { shownFile } from '../../labels/relabel/shownFile.ts';
import { labelFiles, stampOf } from '../../labels/sources/labelFiles.ts';
import { cocoAnnotations, readCocoFile, type CocoFile, type FoundAnnotation, type ListedImage } from './cocoFiles.ts';
import type { ObjectRequest } from './decidedClasses.ts';
import type { ObjectSource } from './objectSource.ts';

/** Annotations between two looks at whether to stop. */
const STEP = 4096;

interface CocoContents {
  readonly root: string;
  readonly shown: readonly string[];
  readonly files: readonly CocoFile[];
  readonly stamps: readonly string[];
  readonly ids: AnnotationIds;
  readonly annotations: number;
  readonly notices: readonly LikenessError[];
}

/**
 * The annotations of COCO's files. They are gone through twice, once for their ids and once to write them, and never held:
 * what is held are the entries of the exported images, eight bytes for each annotation's id, and 24 for each box of YOLO's.
 */
export class CocoObjects implements ObjectSource {
  readonly #contents: CocoContents;
  readonly #categories: ReturnType<typeof mergedEntries>;
  /** Of each image the file that lists it first. */
  readonly #listed = new Map<string, { readonly listed: ListedImage; readonly file: number }>();
  readonly #notices: LikenessError[] = [];
  #twice = 0;

  private constructor(contents: CocoContents) {
    this.#contents = contents;
    this.#categories = mergedEntries(
      contents.files.map(({ categories }) => categories),
      nameOf,
    );
    for (const [file, { images }] of contents.files.entries()) {
      for (const listed of images.values()) {
        if (!this.#listed.has(listed.image.path)) this.#listed.set(listed.image.path, { listed, file });
      }
    }
  }

  /** Rejects with invalid-labels, file-not-found, unreadable-file, `cancelled`, or the codes of `planRelabels`. */
  static async read(
    { dataset, images, files: shown, decided }: ObjectRequest,
    context: JobContext,
  ): Promise<CocoObjects> {
    const { root, store } = dataset;
    const names = labelFiles(dataset);
    const stamps = await Promise.all(names.map(stampOf));
    const { plans, notices } = await decided();
    const sizes = await Promise.all(names.map(async (file) => (await stat(file).catch(() => ({ size: 0 }))).size));
    const wanted = { paths: store.readImagePaths(), images: new Map(images.map((image) => [image.path, image])) };
    const ids = new AnnotationIds();
    let annotations = 0;
    const takeId = (id: unknown) => {
      annotations++;
      ids.add(id);
    };
    const files = await inPhase(
      'Reading the label files',
      sizes.reduce((sum, size) => sum + size, 0),
      context,
      async (between) => {
        const read: CocoFile[] = [];
        let before = 0;
        for (const [i, file] of names.entries()) {
          const edits = plans.get(file)?.edits ?? [];
          read.push(await readCocoFile({ file, edits, root }, wanted, takeId, (bytes) => between(before + bytes)));
          before += sizes[i]!;
        }
        return read;
      },
    );
    ids.settle();
    return new CocoObjects({ root, shown, files, stamps, ids, annotations, notices });
  }

  get files(): readonly string[] {
    return this.#contents.shown;
  }

  lists(path: string): boolean {
    return this.#listed.has(path);
  }

  async assertUnchanged(): Promise<void> {
    const { files, stamps } = this.#contents;
    for (const [i, { file }] of files.entries()) {
      if ((await stampOf(file)) !== stamps[i]) throw changedWhileExported(file);
    }
  }

  notices(): LikenessError[] {
    const twice = this.#twice > 0 ? [writtenTwice(this.#twice)] : [];
    return [...this.#contents.notices, ...this.#sizeNotices(), ...twice, ...this.#notices];
  }

  toCoco(description: string): { readonly content: CocoContent; readonly pieces: number } {
    const { files, shown, annotations } = this.#contents;
    const [only, ...others] = files;
    const licenses = mergedEntries(
      files.map((file) => file.licenses),
      ({ id: _, ...text }) => JSON.stringify(text),
    );
    const note = `The annotations are those of ${shown.join(' and ')}, with the classes that were decided since. File names are relative to the folder of the data set.`;
    const content: CocoContent = {
      info: { description, version: '1.0', ...(others.length === 0 && only!.info), note },
      licenses: licenses.entries,
      categories: this.#categories.entries,
      entryOf: ({ path, ...shownSize }) => {
        const own = this.#listed.get(path);
        const { width, height } = own?.listed.size ?? shownSize;
        if (own === undefined) return { width, height };
        const { id: _, file_name: _name, width: _width, height: _height, ...more } = own.listed.entry;
        const isNumbered = others.length > 0 && 'license' in more;
        const license = isNumbered && { license: licenses.ids[own.file]!.get(more['license'] as CocoId) };
        return { width, height, ...more, ...license };
      },
      annotations: (ids) => this.#written(ids),
    };
    return { content, pieces: annotations };
  }

  async *#written(imageIds: ReadonlyMap<string, number>): AsyncGenerator<string> {
    for (const [i, file] of this.#contents.files.entries()) {
      const texts = cocoAnnotations(file, (found) => {
        const own = this.#categoryOf(found, i);
        const id = this.#idOf(found, own);
        if (id === undefined) return '';
        return withValues(found.bytes, {
          id: JSON.stringify(id),
          image_id: String(imageIds.get(found.listed.image.path)!),
          ...(own !== undefined && { category_id: JSON.stringify(own) }),
        });
      });
      for await (const text of texts) yield text ?? '';
    }
  }

  /** The id that a category of a file has in the export. */
  #categoryOf({ category }: FoundAnnotation, file: number): CocoId | undefined {
    return category === undefined ? undefined : this.#categories.ids[file]!.get(category)!;
  }

  /** Undefined where the annotation was there before. */
  #idOf({ value, listed }: FoundAnnotation, category: CocoId | undefined): CocoId | undefined {
    const what = () => JSON.stringify([listed.image.path, category, value['bbox']]);
    const id = this.#contents.ids.idOf(value['id'], what);
    if (id === undefined) this.#twice++;
    return id;
  }

  async toYolo(images: readonly ExportImage[], context: JobContext): Promise<YoloContent> {
    const { files, shown, annotations } = this.#contents;
    const names = [...new Set(this.#categories.entries.map(nameOf))];
    const codes = new Map(names.map((name, code) => [name, code]));
    const codeOf = new Map(this.#categories.entries.map((entry) => [entry.id, codes.get(nameOf(entry))!]));
    const numbers = new Map(images.map(({ path }, i) => [path, i]));
    const boxes = new BoxList();
    const told = new LeftOut();
    await inPhase('Reading the annotations', annotations, context, async (between) => {
      let done = 0;
      for (const [i, file] of files.entries()) {
        const taken = cocoAnnotations(file, (found) => {
          const { image, size } = found.listed;
          const category = this.#categoryOf(found, i);
          if (this.#idOf(found, category) === undefined) return;
          const box = category === undefined ? undefined : cocoBoxOf(found.value, size ?? image);
          if (told.take(box, image.path)) boxes.add(numbers.get(image.path)!, codeOf.get(category!)!, box.box);
        });
        for await (const _ of taken) if (++done % STEP === 0) await between(done);
      }
    });
    boxes.settle(images.length);
    this.#notices.push(...told.notices());
    return {
      names: new Map(names.map((name, code) => [code, name])),
      comment: `The boxes are those of ${shown.join(' and ')}, with the classes that were decided since.`,
      reading: {},
      textOf: ({ path }) => boxes.textOf(numbers.get(path)!),
    };
  }

  /** Annotations are measured in the size that is stated, whatever the picture has. */
  #sizeNotices(): LikenessError[] {
    const { files, root } = this.#contents;
    const others = new Map<string, Size & { readonly file: string; readonly stated: Size }>();
    const unstated = new Map<string, string>();
    for (const { file, images } of files) {
      for (const { image, size } of images.values()) {
        const { path, width, height } = image;
        if (size === undefined) unstated.set(path, unstated.get(path) ?? file);
        else if ((size.width !== width || size.height !== height) && !others.has(path)) {
          others.set(path, { file, stated: size, width, height });
        }
      }
    }
    const [other] = others;
    const [without] = unstated;
    return [
      ...(other ? [otherSize(others.size, other[0], shownFile(root, other[1].file), other[1].stated, other[1])] : []),
      ...(without ? [withoutSize(unstated.size, without[0], shownFile(root, without[1]))] : []),
    ];
  }
}

function nameOf(category: Entry): string {
  return String(category['name']);
}

type TakenBox = ReturnType<typeof cocoBoxOf>;

/** What of annotations YOLO has no place for. */
class LeftOut {
  readonly #counts = { crowd: 0, whole: 0, broken: 0, classless: 0, shapes: 0 };
  #firstBroken = '';
  #firstWhole = '';

  /** Whether there is a box. @param box undefined of an annotation without a class */
  take(box: TakenBox | undefined, path: string): box is Extract<TakenBox, { readonly box: unknown }> {
    if (box === undefined) {
      this.#counts.classless++;
      return false;
    }
    if (box.kind === 'box') {
      if (box.hasShape) this.#counts.shapes++;
      return true;
    }
    if (this.#counts[box.kind]++ === 0) {
      if (box.kind === 'broken') this.#firstBroken = path;
      if (box.kind === 'whole') this.#firstWhole = path;
    }
    return box.kind === 'whole';
  }

  notices(): LikenessError[] {
    const { crowd, whole, broken, classless, shapes } = this.#counts;
    return [
      ...(crowd > 0 ? [crowdsLeftOut(crowd, 'yolo')] : []),
      ...(classless > 0 ? [withoutClass(classless, 'yolo')] : []),
      ...(broken > 0 ? [withoutBox(broken, this.#firstBroken)] : []),
      ...(whole > 0 ? [wholeImageBoxes(whole, this.#firstWhole)] : []),
      ...(shapes > 0 ? [shapesLeftOut(shapes, 'yolo')] : []),
    ];
  }
}
