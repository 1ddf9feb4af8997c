import { idJson, type CocoId } from '../labels/cocoLabels.ts';
import { classesOf, type ExportImage } from './exportImage.ts';

const NOTE =
  'The classes are of whole images: every annotation is the full frame of its image, and none was drawn around an object. File names are relative to the folder of the data set.';
/** 48 bits: an integer that every reader of JSON holds exactly. */
const ID_DIGITS = 12;
export const LARGEST_IMAGE_ID = 16 ** ID_DIGITS - 1;

/** What a document of COCO's says. Texts are JSON. */
export interface CocoContent {
  readonly info: string;
  /** A list. */
  readonly licenses: string;
  readonly categories: readonly string[];
  /** Values of further keys of the document. */
  readonly others?: ReadonlyMap<string, string>;
  /** An image's entry, with its path as the name, and the size in pixels that its annotations are meant for. */
  readonly entryOf: (image: ExportImage) => string;
  /** The JSON of an annotation, or of several with commas between; empty for what was looked at and isn't written. */
  readonly annotations: () => Iterable<string> | AsyncIterable<string>;
}

/** The document of COCO's object detection, in pieces: one for each image, and those of the annotations. */
export async function* cocoPieces(images: readonly ExportImage[], content: CocoContent): AsyncGenerator<string> {
  const { info, licenses, categories, others, entryOf, annotations } = content;
  yield `{"info":${info},\n"licenses":${licenses},\n`;
  for (const [key, text] of others ?? []) yield `${JSON.stringify(key)}:${text},\n`;
  yield `"categories":[${categories.join(',')}],\n"images":[`;
  let separator = '\n';
  for (const image of images) {
    yield separator + entryOf(image);
    separator = ',\n';
  }
  yield '\n],\n"annotations":[';
  separator = '\n';
  for await (const text of annotations()) {
    yield text === '' ? '' : separator + text;
    if (text !== '') separator = ',\n';
  }
  yield '\n]}\n';
}

/** The entry of an image of which no more is known. */
export function plainEntry({ path, width, height }: ExportImage, id: CocoId): string {
  return `{"id":${idJson(id)},"file_name":${JSON.stringify(path)},"width":${width},"height":${height}}`;
}

/**
 * An annotation of the full frame for each image that has a label. Ids stay the same when other images come and go: an
 * image's is made of its content, an annotation's is its image's; only categories are counted, in the order of their
 * names, from 1.
 */
export function wholeImages(images: readonly ExportImage[], description: string): CocoContent {
  const categories = classesOf(images).map((name, i) => ({ id: i + 1, name, supercategory: '' }));
  const ids = imageIds(images);
  const categoryOf = new Map(categories.map(({ name, id }) => [name, id]));
  return {
    info: JSON.stringify({ description, version: '1.0', note: NOTE }),
    licenses: '[]',
    categories: categories.map((category) => JSON.stringify(category)),
    entryOf: (image) => plainEntry(image, ids.get(image.path)!),
    *annotations() {
      for (const { path, label, width, height } of images) {
        if (label === undefined) continue;
        yield JSON.stringify({
          id: ids.get(path)!,
          image_id: ids.get(path)!,
          category_id: categoryOf.get(label)!,
          bbox: [0, 0, width, height],
          area: width * height,
          iscrowd: 0,
          segmentation: [],
        });
      }
    },
  };
}

/** Of images that have none, by path: the first digits of the content's hash; a copy takes the next number that is free. 0 is none: tools take it for "no match". */
export function imageIds(images: readonly ExportImage[]): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  return new Map(
    images.map(({ path, content }) => {
      let id = Number.parseInt(content.slice(0, ID_DIGITS), 16) || 1;
      while (taken.has(id)) id++;
      taken.add(id);
      return [path, id];
    }),
  );
}
