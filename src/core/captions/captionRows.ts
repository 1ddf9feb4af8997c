import { CocoFault, isCocoId, parsedElement, type CocoId } from '../labels/cocoLabels.ts';
import type { ImportRow } from '../imports/importRow.ts';
import { textOfCell } from '../imports/importRow.ts';
import type { JsonElement } from '../json/jsonSections.ts';
import { imageColumn, imageOf } from '../tables/delimitedText.ts';

/** What a file says of an image. */
export interface CaptionRow {
  /** As it is written: a path, or a name alone, with `/`. */
  readonly image: string;
  /** As `tidyCaption` gives it; '' of one that is empty. */
  readonly caption: string;
}

/** What captions are called in tables, in any case. */
const captionColumns = ['caption', 'captions', 'text', 'description', 'prompt', 'sentence', 'comment'];

/** A caption on one line: line breaks and repeated spaces mean nothing to an encoder. */
export function tidyCaption(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Where a table has its images and captions. */
export interface CaptionColumns {
  readonly image: string;
  readonly caption: string;
}

/**
 * Finds the columns of a table. Returns what is wrong where it can't, as the end of a sentence.
 *
 * @param chosen the column of the captions; absent: one called `caption`, `text`, `description`, …
 */
export function captionColumnsOf(
  names: readonly string[],
  chosen: string | undefined,
): CaptionColumns | { readonly fault: string } {
  const lower = names.map((name) => name.toLowerCase());
  const called = captionColumns.map((name) => lower.indexOf(name)).find((at) => at >= 0) ?? -1;
  const caption = chosen === undefined ? called : names.indexOf(chosen);
  if (caption < 0) {
    const wanted =
      chosen === undefined
        ? 'has no column called caption, text or description, and "captions.column" names none'
        : `has no column "${chosen}"`;
    return { fault: `it ${wanted} (its columns are ${names.join(', ')})` };
  }
  const image = names[imageColumn(names, [caption])]!;
  if (image === names[caption]) return { fault: 'it has a single column, and images and captions need one each' };
  return { image, caption: names[caption]! };
}

/** Of a row of a table; several where its cell holds a list of them, none where it says nothing of one. */
export function captionsOfRow(row: ImportRow, columns: CaptionColumns): CaptionRow[] {
  const image = imageOf(textOfCell(row[columns.image]));
  const cell = row[columns.caption];
  if (image === '' || cell === undefined) return [];
  const texts: readonly unknown[] = Array.isArray(cell) ? cell : [cell];
  return texts.map((text) => ({ image, caption: tidyCaption(textOfCell(text)) }));
}

/** The lists of a file of COCO's that captions are in. */
export const cocoCaptionSections = ['images', 'annotations'] as const;

/** Takes the elements of a file of COCO's captions in whatever order they come. Throws `CocoFault`. */
export class CocoCaptions {
  readonly #images = new Map<CocoId, string>();
  readonly #captions: { readonly image: CocoId; readonly caption: string }[] = [];

  take(element: JsonElement): void {
    const value = parsedElement(element);
    const { section, line } = element;
    const id = value[section === 'images' ? 'id' : 'image_id'];
    if (!isCocoId(id)) {
      throw new CocoFault(
        `the entry of "${section}" in line ${line} has no "${section === 'images' ? 'id' : 'image_id'}"`,
      );
    }
    if (section === 'images') {
      const name = value['file_name'];
      if (typeof name !== 'string' || name === '') throw new CocoFault(`the image in line ${line} has no "file_name"`);
      this.#images.set(id, imageOf(name));
      return;
    }
    const { caption } = value;
    // Boxes and outlines may be in the same list.
    if (typeof caption === 'string') this.#captions.push({ image: id, caption: tidyCaption(caption) });
  }

  /** One of an image that isn't listed goes by its id. */
  rows(): CaptionRow[] {
    return this.#captions.map(({ image, caption }) => ({ image: this.#images.get(image) ?? String(image), caption }));
  }
}
