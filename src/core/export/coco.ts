import { classesOf, type ExportImage } from './exportImage.ts';

const NOTE =
  'The classes are of whole images: every annotation is the full frame of its image, and none was drawn around an object. File names are relative to the folder of the data set.';
/** 48 bits: an integer that every reader of JSON holds exactly. */
const ID_DIGITS = 12;

/**
 * The document of COCO's object detection, in pieces: all images, and an annotation of the full frame for each that has a
 * label. Ids stay the same when other images come and go: an image's is made of its content, an annotation's is its
 * image's; only categories are counted, in the order of their names, from 1.
 */
export function* cocoPieces(images: readonly ExportImage[], description: string): Generator<string> {
  const names = classesOf(images);
  const categories = names.map((name, i) => ({ id: i + 1, name, supercategory: '' }));
  const categoryOf = new Map(categories.map(({ name, id }) => [name, id]));
  const ids = imageIds(images);
  yield `{"info":${JSON.stringify({ description, version: '1.0', note: NOTE })},\n"licenses":[],\n`;
  yield `"categories":${JSON.stringify(categories)},\n"images":[`;
  let separator = '\n';
  for (const [i, { path, width, height }] of images.entries()) {
    yield separator + JSON.stringify({ id: ids[i]!, file_name: path, width, height });
    separator = ',\n';
  }
  yield '\n],\n"annotations":[';
  separator = '\n';
  for (const [i, { label, width, height }] of images.entries()) {
    if (label === undefined) continue;
    yield (
      separator +
      JSON.stringify({
        id: ids[i]!,
        image_id: ids[i]!,
        category_id: categoryOf.get(label)!,
        bbox: [0, 0, width, height],
        area: width * height,
        iscrowd: 0,
        segmentation: [],
      })
    );
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** The first digits of the content's hash; a copy takes the next number that is free. 0 is none: tools take it for "no match". */
function imageIds(images: readonly ExportImage[]): number[] {
  const taken = new Set<number>();
  return images.map(({ content }) => {
    let id = Number.parseInt(content.slice(0, ID_DIGITS), 16) || 1;
    while (taken.has(id)) id++;
    taken.add(id);
    return id;
  });
}
