import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { imageIds, plainEntry, type CocoContent } from '../../../core/export/coco.ts';
import type { ExportImage } from '../../../core/export/exportImage.ts';
import type { YoloContent } from '../../../core/export/folderPlans.ts';
import { AnnotationIds, idKeyOf, type IdKey } from '../../../core/export/objects/annotationIds.ts';
import { BoxList } from '../../../core/export/objects/boxList.ts';
import { cocoBoxOf, yoloLine } from '../../../core/export/objects/cocoBoxes.ts';
import { freshNumbers } from '../../../core/export/objects/freshNumbers.ts';
import type { Size } from '../../../core/images/geometry.ts';
import { imageEntry } from '../../../core/export/objects/imageEntry.ts';
import { LeftOut } from '../../../core/export/objects/leftOut.ts';
import { entryTexts, mergedEntries, type Entry } from '../../../core/export/objects/mergedEntries.ts';
import {
  changedWhileExported,
  keysLeftOut,
  otherSize,
  withoutSize,
  writtenTwice,
} from '../../../core/export/objects/objectErrors.ts';
import type { LikenessError } from '../../../core/errors.ts';
import { canonicalJson } from '../../../core/json/canonicalJson.ts';
import { withValues } from '../../../core/json/jsonValues.ts';
import { idJson, type CocoId } from '../../../core/labels/cocoLabels.ts';
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
  /** Those that are exported. */
  readonly images: readonly ExportImage[];
  readonly files: readonly CocoFile[];
  readonly stamps: readonly string[];
  readonly ids: AnnotationIds;
  readonly annotations: number;
  readonly notices: readonly LikenessError[];
}

/**
 * The annotations of COCO's files. They are gone through twice, once for their ids and once to write them, and never held:
 * what is held are the entries of the exported images, eight bytes for each annotation's id that is a number, some 120 for
 * each of those that share one, and 24 for each box of YOLO's.
 */
export class CocoObjects implements ObjectSource {
  readonly #contents: CocoContents;
  readonly #categories: ReturnType<typeof mergedEntries>;
  /** Of each image the file that lists it first. */
  readonly #listed = new Map<string, { readonly listed: ListedImage; readonly file: number }>();
  readonly #notices: LikenessError[] = [];

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
    const takeId = (id: IdKey | undefined) => {
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
          const isOnly = names.length === 1;
          read.push(
            await readCocoFile({ file, edits, root, isOnly }, wanted, takeId, (bytes) => between(before + bytes)),
          );
          before += sizes[i]!;
        }
        return read;
      },
    );
    ids.settle();
    return new CocoObjects({ root, shown, images, files, stamps, ids, annotations, notices });
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
    return [...this.#contents.notices, ...this.#sizeNotices(), ...this.#notices];
  }

  toCoco(description: string): { readonly content: CocoContent; readonly pieces: number } {
    const { images, files, shown, annotations } = this.#contents;
    const [only, ...others] = files as [CocoFile, ...CocoFile[]];
    const licenses = mergedEntries(
      files.map((file) => file.licenses),
      ({ value: { id: _, ...more } }) => JSON.stringify(more),
    );
    const left = [...new Set(files.flatMap((file) => file.left))];
    if (left.length > 0) this.#notices.push(keysLeftOut(left, shown));
    const note = `The annotations are those of ${shown.join(' and ')}, with the classes that were decided since. File names are relative to the folder of the data set.`;
    const ids = others.length === 0 ? this.#keptIds(images, only) : imageIds(images);
    const ownInfo = others.length === 0 ? only.info : undefined;
    const content: CocoContent = {
      info: ownInfo ?? JSON.stringify({ description, version: '1.0', note }),
      licenses: others.length === 0 ? only.licenseList : `[${entryTexts(licenses).join(',')}]`,
      categories: entryTexts(this.#categories),
      others: only.others,
      entryOf: (image) => {
        const [id, own] = [ids.get(image.path)!, this.#listed.get(image.path)];
        if (own === undefined) return plainEntry(image, id);
        const renumbered = { licenses: licenses.ids[own.file]!, categories: this.#categories.ids[own.file]! };
        return imageEntry(own.listed, id, others.length > 0 ? renumbered : undefined);
      },
      annotations: () => this.#written(ids),
    };
    return { content, pieces: annotations };
  }

  /** Of a single file: those that its images have, and for others numbers that none of them has. */
  #keptIds(images: readonly ExportImage[], { numbers }: CocoFile): ReadonlyMap<string, CocoId> {
    let next = freshNumbers(Float64Array.from(numbers).sort(), images.length);
    return new Map(images.map(({ path }) => [path, this.#listed.get(path)?.listed.id ?? next++]));
  }

  async *#written(ids: ReadonlyMap<string, CocoId>): AsyncGenerator<string> {
    let twice = 0;
    for (const [i, file] of this.#contents.files.entries()) {
      const texts = cocoAnnotations(file, (found) => {
        const category = this.#categoryOf(found, i);
        const id = this.#idOf(found, () => contentOf(found, category));
        const image = ids.get(found.listed.image.path)!;
        if (id === 'written') {
          twice++;
          return '';
        }
        // Numbers that stay aren't written anew, which would cost digits of large ones.
        return withValues(found.bytes, {
          ...(id !== 'own' && { id: String(id) }),
          ...(image !== found.listed.id && { image_id: idJson(image) }),
          ...(category !== found.category && { category_id: idJson(category!) }),
        });
      });
      for await (const text of texts) yield text ?? '';
    }
    if (twice > 0) this.#notices.push(writtenTwice(twice, 'id and content'));
  }

  /** The id that a category of a file has in the export. */
  #categoryOf({ category }: FoundAnnotation, file: number): CocoId | undefined {
    return category === undefined ? undefined : this.#categories.ids[file]!.get(category)!;
  }

  #idOf({ value, bytes }: FoundAnnotation, content: () => string) {
    return this.#contents.ids.of(idKeyOf(value['id'], bytes), content);
  }

  async toYolo(images: readonly ExportImage[], context: JobContext): Promise<YoloContent> {
    const { files, shown, annotations } = this.#contents;
    const names = [...new Set(this.#categories.entries.map(({ entry }) => nameOf(entry)))];
    const codes = new Map(names.map((name, code) => [name, code]));
    const codeOf = new Map(this.#categories.entries.map(({ id, entry }) => [id, codes.get(nameOf(entry))!]));
    const numbers = new Map(images.map(({ path }, i) => [path, i]));
    /** Of each image whether there is an annotation. */
    const isAnnotated = new Uint8Array(images.length);
    const passOver = ({ image }: ListedImage) => {
      isAnnotated[numbers.get(image.path)!] = 1;
    };
    const boxes = new BoxList();
    const told = new LeftOut();
    let twice = 0;
    await inPhase('Reading the annotations', annotations, context, async (between) => {
      let done = 0;
      for (const [i, file] of files.entries()) {
        const take = (found: FoundAnnotation) => {
          const { image, size } = found.listed;
          passOver(found.listed);
          const category = this.#categoryOf(found, i);
          const box = category === undefined ? undefined : cocoBoxOf(found.value, size ?? image);
          const code = codeOf.get(category!)!;
          const isBox = box !== undefined && 'box' in box;
          const content = () => (isBox ? digestOf([image.path, yoloLine(code, box.box)]) : contentOf(found, category));
          if (this.#idOf(found, content) === 'written') twice++;
          else if (told.take(box, image.path)) boxes.add(numbers.get(image.path)!, code, box.box);
        };
        for await (const _ of cocoAnnotations(file, take, passOver)) if (++done % STEP === 0) await between(done);
      }
    });
    boxes.settle(images.length);
    if (twice > 0) this.#notices.push(writtenTwice(twice, 'id, image, class and box'));
    this.#notices.push(...told.notices());
    return {
      names: new Map(names.map((name, code) => [code, name])),
      comment: `The boxes are those of ${shown.join(' and ')}, with the classes that were decided since.`,
      reading: {},
      textOf: ({ path }) => {
        const image = numbers.get(path)!;
        return boxes.textOf(image) || (isAnnotated[image] === 1 ? undefined : '');
      },
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

function nameOf({ value }: Entry): string {
  return String(value['name']);
}

/** Equal for annotations that say the same of the same image, however they are written. */
function contentOf({ value, listed }: FoundAnnotation, category: CocoId | undefined): string {
  const { id: _, image_id: _image, category_id: _category, ...more } = value;
  return digestOf([listed.image.path, category === undefined ? null : idJson(category), more]);
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64');
}
