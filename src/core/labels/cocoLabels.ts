/** Labels of whole images from a file of COCO's object detection. */
import { jsonPlaces, utf8Text } from '../json/jsonPlaces.ts';
import type { JsonElement } from '../json/jsonSections.ts';
import { imageOf } from '../tables/delimitedText.ts';
import { AnnotatedClasses } from './annotatedClasses.ts';
import type { LabelRow } from './labelTable.ts';

/** The lists that labels are in. */
export const cocoSections = ['categories', 'images', 'annotations'] as const;

/** A large integer where a number wouldn't hold all digits. */
export type CocoId = string | number | bigint;

/** Keys of ids, and what shows that one of them may be longer than a number holds. */
const idKeys: ReadonlySet<string> = new Set(['id', 'image_id', 'category_id']);
const longId = /"(?:id|image_id|category_id)"\s*:\s*-?\d{16}/;

/** What is wrong with a file, as the end of a sentence. */
export class CocoFault extends Error {}

export interface CocoLabels {
  readonly rows: readonly LabelRow[];
  /** Images of which the annotations are of several classes: how many, and the first. */
  readonly mixed: { readonly count: number; readonly first: string | undefined };
  /** Annotations of categories that aren't listed, and of images that aren't: how many, and of which ids. */
  readonly unknownCategories: { readonly count: number; readonly ids: ReadonlySet<CocoId> };
  readonly unknownImages: { readonly count: number; readonly ids: ReadonlySet<CocoId> };
}

export interface CocoAnnotation {
  readonly image: CocoId;
  readonly category: CocoId | undefined;
  readonly area: number;
}

/** Takes the elements of a file in whatever order they come. Throws `CocoFault`. */
export class CocoReader {
  readonly #categories = new Map<CocoId, string>();
  readonly #images = new Map<CocoId, { readonly name: string; readonly line: number }>();
  readonly #classes = new Map<CocoId, AnnotatedClasses<CocoId>>();

  take(element: JsonElement): void {
    const value = parsedElement(element);
    const { section, line } = element;
    if (section === 'categories') {
      const id = idOf(value['id'], section, line, 'id');
      const name = value['name'];
      if (typeof name !== 'string' || name === '') throw new CocoFault(`the category in line ${line} has no "name"`);
      const other = this.#categories.get(id);
      if (other !== undefined && other !== name) {
        throw new CocoFault(`the categories "${other}" and "${name}" have the same id ${id} (line ${line})`);
      }
      this.#categories.set(id, name);
    } else if (section === 'images') {
      const id = idOf(value['id'], section, line, 'id');
      const name = value['file_name'];
      if (typeof name !== 'string' || name === '') throw new CocoFault(`the image in line ${line} has no "file_name"`);
      const other = this.#images.get(id);
      if (other !== undefined && other.name !== name) {
        throw new CocoFault(`the images "${other.name}" and "${name}" have the same id ${id} (line ${line})`);
      }
      this.#images.set(id, { name, line });
    } else {
      const { image, category, area } = annotationOf(value, line);
      if (category === undefined) return;
      const known = this.#classes.get(image);
      if (known !== undefined) known.add(category, area);
      else {
        const own = new AnnotatedClasses<CocoId>();
        own.add(category, area);
        this.#classes.set(image, own);
      }
    }
  }

  /** @param split of all images, where the file is one of a split */
  labels(split: string | undefined): CocoLabels {
    const categories = this.#categories;
    let [mixedCount, categoryCount, imageCount] = [0, 0, 0];
    let firstMixed: string | undefined;
    const [unknownCategories, unknownImages] = [new Set<CocoId>(), new Set<CocoId>()];
    for (const [id, classes] of this.#classes) {
      if (!this.#images.has(id)) {
        imageCount += classes.annotations;
        unknownImages.add(id);
      }
    }
    const rows: LabelRow[] = [];
    for (const [id, { name, line }] of this.#images) {
      const all = this.#classes.get(id);
      const classes = all?.only((category) => categories.has(category));
      const missing = classes === undefined ? 0 : all!.annotations - classes.annotations;
      if (missing > 0) {
        categoryCount += missing;
        for (const category of all!.classes()) if (!categories.has(category)) unknownCategories.add(category);
      }
      const nameOf = (category: CocoId) => categories.get(category)!;
      if (classes?.severalNames(nameOf) === true) {
        mixedCount++;
        firstMixed ??= name;
      }
      const label = classes?.largest(nameOf) ?? '';
      rows.push({ image: imageOf(name), label, split, line });
    }
    return {
      rows,
      mixed: { count: mixedCount, first: firstMixed },
      unknownCategories: { count: categoryCount, ids: unknownCategories },
      unknownImages: { count: imageCount, ids: unknownImages },
    };
  }

  categoryNames(): ReadonlyMap<CocoId, string> {
    return this.#categories;
  }

  /** Ids by name, of those that are listed; the first of a name. */
  categoryIds(): ReadonlyMap<string, CocoId> {
    const ids = new Map<string, CocoId>();
    for (const [id, name] of this.#categories) if (!ids.has(name)) ids.set(name, id);
    return ids;
  }

  /** Of all categories: those that are listed, and those that annotations have without. */
  usedCategories(): ReadonlySet<CocoId> {
    const used = new Set(this.#categories.keys());
    for (const classes of this.#classes.values()) for (const id of classes.classes()) used.add(id);
    return used;
  }

  /** Of the images, by what they are called: their path as `LabelRow` has it. */
  imageIds(): ReadonlyMap<string, readonly CocoId[]> {
    const ids = new Map<string, CocoId[]>();
    for (const [id, { name }] of this.#images) {
      const path = imageOf(name);
      ids.set(path, [...(ids.get(path) ?? []), id]);
    }
    return ids;
  }
}

/** Throws `CocoFault` for one that is no object. */
export function parsedElement({ bytes, section, line }: JsonElement): Record<string, unknown> {
  const text = utf8Text(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CocoFault(`the entry of "${section}" that begins in line ${line} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CocoFault(`the entry of "${section}" in line ${line} is no object`);
  }
  return (longId.test(text) ? { ...value, ...exactIds(bytes) } : value) as Record<string, unknown>;
}

/** The ids of an object that a number wouldn't hold all digits of. */
function exactIds(bytes: Uint8Array): Record<string, bigint> {
  const ids: Record<string, bigint> = {};
  for (const { key, start, end } of jsonPlaces(bytes)) {
    const digits = idKeys.has(key) ? utf8Text(bytes.subarray(start, end)) : '';
    if (/^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits))) ids[key] = BigInt(digits);
  }
  return ids;
}

export function isCocoId(value: unknown): value is CocoId {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint';
}

/** As JSON has it. */
export function idJson(id: CocoId): string {
  return typeof id === 'bigint' ? String(id) : JSON.stringify(id);
}

/** Throws `CocoFault` for one without an image. */
export function annotationOf(value: Readonly<Record<string, unknown>>, line: number): CocoAnnotation {
  const image = idOf(value['image_id'], 'annotations', line, 'image_id');
  const { category_id: category, area, bbox } = value;
  if (category !== undefined && category !== null && !isCocoId(category)) {
    throw new CocoFault(`the annotation in line ${line} has no usable "category_id"`);
  }
  const box: readonly unknown[] = Array.isArray(bbox) ? bbox : [];
  const [width, height] = [Number(box[2]), Number(box[3])];
  return { image, category: category ?? undefined, area: typeof area === 'number' ? area : width * height };
}

function idOf(value: unknown, section: string, line: number, key: string): CocoId {
  if (!isCocoId(value)) {
    throw new CocoFault(`the entry of "${section}" in line ${line} has no "${key}"`);
  }
  return value;
}
