import { withValues } from '../../json/jsonValues.ts';
import { idJson, type CocoId } from '../../labels/cocoLabels.ts';
import type { ExportImage } from '../exportImage.ts';
import type { Size } from '../../images/geometry.ts';

/** New ids by old ones, of what the entry of an image may name. */
export interface RenumberedIds {
  readonly licenses: ReadonlyMap<CocoId, CocoId>;
  readonly categories: ReadonlyMap<CocoId, CocoId>;
}

/** Lists of categories in LVIS: those that aren't in the image, and those of which not all objects are annotated. */
const categoryLists = ['neg_category_ids', 'not_exhaustive_category_ids'];

const encoder = new TextEncoder();

/**
 * The entry of an image in which all but its id and name stays as it stands in its file.
 *
 * @param listed with the size that the entry states, if it does
 * @param renumbered undefined where all else keeps its ids
 */
export function imageEntry(
  { image, text, size }: { readonly image: ExportImage; readonly text: string; readonly size: Size | undefined },
  id: CocoId,
  renumbered: RenumberedIds | undefined,
): string {
  const { width, height } = image;
  return withValues(encoder.encode(text), {
    id: idJson(id),
    file_name: JSON.stringify(image.path),
    ...(size === undefined && { width: String(width), height: String(height) }),
    ...(renumbered && newIds(JSON.parse(text) as Readonly<Record<string, unknown>>, renumbered)),
  });
}

/** JSON by key. What isn't listed in the file would be something else by another file's ids. */
function newIds(
  entry: Readonly<Record<string, unknown>>,
  { licenses, categories }: RenumberedIds,
): Readonly<Record<string, string>> {
  const { license } = entry;
  const lists = categoryLists.flatMap((key) => {
    const own = entry[key];
    return Array.isArray(own) ? [[key, JSON.stringify(own.flatMap((id: CocoId) => categories.get(id) ?? []))]] : [];
  });
  return {
    ...(license !== undefined && { license: JSON.stringify(licenses.get(license as CocoId) ?? null) }),
    ...(Object.fromEntries(lists) as Readonly<Record<string, string>>),
  };
}
