import type { ExportImage } from '../../../core/export/exportImage.ts';
import { idKeyOf, type IdKey } from '../../../core/export/objects/annotationIds.ts';
import { isExact } from '../../../core/export/objects/freshNumbers.ts';
import type { Size } from '../../../core/images/geometry.ts';
import type { Entry } from '../../../core/export/objects/mergedEntries.ts';
import { asObject } from '../../../core/json/asObject.ts';
import { utf8Text } from '../../../core/json/jsonPlaces.ts';
import { JsonFault, JsonSections, type JsonElement, type JsonValue } from '../../../core/json/jsonSections.ts';
import { annotationOf, CocoFault, isCocoId, parsedElement, type CocoId } from '../../../core/labels/cocoLabels.ts';
import { splitOfFileName } from '../../../core/labels/labelRules.ts';
import { invalidLabels } from '../../../core/labels/labelSourceErrors.ts';
import { imageOf } from '../../../core/tables/delimitedText.ts';
import { editedPieces } from '../../labels/relabel/writeEdits.ts';
import type { PlannedFile } from '../../labels/relabel/relabelPlan.ts';
import { readingFailure } from '../../labels/sources/labelFiles.ts';
import { finderOf } from '../../labels/sources/rowSources.ts';

/** An exported image in a file. */
export interface ListedImage {
  readonly id: CocoId;
  readonly image: ExportImage;
  /** The file's entry of it, as it stands there. */
  readonly text: string;
  /** What its annotations are measured in; undefined where the file doesn't state it. */
  readonly size: Size | undefined;
}

/** Bytes of a file's further keys that are held together. */
const LARGEST_OTHERS = 32 << 20;

/** What one file says, without its annotations. */
export interface CocoFile {
  readonly file: string;
  readonly edits: PlannedFile['edits'];
  readonly images: ReadonlyMap<CocoId, ListedImage>;
  /** Ids of all its images that are numbers. */
  readonly numbers: readonly number[];
  readonly categories: readonly Entry[];
  /** Those that images can name; and all of them, the JSON of a list. */
  readonly licenses: readonly Entry[];
  readonly licenseList: string;
  /** JSON; undefined where there is none. */
  readonly info: string | undefined;
  /** JSON of further keys, as it stands there; of a file that is one of several there are none. */
  readonly others: ReadonlyMap<string, string>;
  /** Further keys that aren't held. */
  readonly left: readonly string[];
}

/** An annotation of an exported image, of a category that is listed, or of none. */
export interface FoundAnnotation {
  readonly value: Readonly<Record<string, unknown>>;
  /** As it stands in the file; valid during the call. */
  readonly bytes: Uint8Array;
  readonly listed: ListedImage;
  readonly category: CocoId | undefined;
}

interface ReadFile extends Pick<CocoFile, 'file' | 'edits'> {
  readonly root: string;
  /** Whether it isn't one of several. */
  readonly isOnly: boolean;
}

/**
 * Reads a file as it is with edits, but for its annotations, of which only ids are looked at. Rejects with invalid-labels,
 * file-not-found, unreadable-file, or what `between` rejects with.
 *
 * @param paths of all images of the dataset; `images` those that are wanted
 * @param takeId is given the id of each annotation, undefined where it has none
 * @param between is told how many bytes were read
 */
export async function readCocoFile(
  { file, edits, root, isOnly }: ReadFile,
  { paths, images }: { readonly paths: readonly string[]; readonly images: ReadonlyMap<string, ExportImage> },
  takeId: (id: IdKey | undefined) => void,
  between: (bytes: number) => Promise<void>,
): Promise<CocoFile> {
  const find = finderOf(root, file, paths);
  const split = splitOfFileName(file);
  const listed = new Map<CocoId, ListedImage>();
  const numbers: number[] = [];
  const categories: Entry[] = [];
  const wholes = new Map<string, string>();
  const others = new Map<string, string>();
  const left = new Set<string>();
  let held = 0;
  const onElement = (element: JsonElement) => {
    const value = parsedElement(element);
    const { section, bytes } = element;
    const { id } = value;
    if (section === 'annotations') takeId(idKeyOf(id, bytes));
    else if (!isCocoId(id)) return;
    else if (section === 'categories') categories.push({ id, value, text: utf8Text(bytes) });
    else if (typeof value['file_name'] === 'string') {
      if (typeof id === 'number' && isExact(id)) numbers.push(id);
      const path = find(imageOf(value['file_name']), split);
      const image = path === undefined ? undefined : images.get(path);
      if (image !== undefined) listed.set(id, { id, image, text: utf8Text(bytes), size: sizeOf(value) });
    }
  };
  const onWhole = ({ section, bytes }: JsonValue) => wholes.set(section, utf8Text(bytes));
  const onOther = (key: string, bytes: Uint8Array | undefined) => {
    const text = bytes === undefined || held + bytes.length > LARGEST_OTHERS ? '' : utf8Text(bytes);
    if (parsed(text) === undefined) left.add(key);
    else {
      others.set(key, text);
      held += text.length;
    }
  };
  const sections = new JsonSections({
    wanted: ['categories', 'images', 'annotations'],
    onElement,
    wholes: ['info', 'licenses'],
    onWhole,
    others: { largest: isOnly ? LARGEST_OTHERS : 0, onOther },
  });
  for await (const bytes of through(file, edits, sections)) await between(bytes);
  const [infoText, licenseText = ''] = [wholes.get('info'), wholes.get('licenses')];
  const licenses = parsed(licenseText);
  return {
    file,
    edits,
    images: listed,
    numbers,
    categories,
    licenses: Array.isArray(licenses) ? licenses.flatMap(licenseOf) : [],
    licenseList: Array.isArray(licenses) ? licenseText : '[]',
    info: parsed(infoText ?? '') === undefined ? undefined : infoText,
    others,
    left: [...left],
  };
}

/**
 * Goes through the annotations of a file once more. Rejects as `readCocoFile` does.
 *
 * @param take what is made of those of exported images; its answers come in the order of the file, with undefined for the others
 * @param passOver is told of the exported images of annotations that are of a category that isn't listed
 */
export async function* cocoAnnotations<Result>(
  { file, edits, images, categories }: CocoFile,
  take: (annotation: FoundAnnotation) => Result,
  passOver?: (listed: ListedImage) => void,
): AsyncGenerator<Result | undefined> {
  const known = new Set(categories.map(({ id }) => id));
  let results: (Result | undefined)[] = [];
  const onElement = (element: JsonElement) => {
    const value = parsedElement(element);
    const { image, category } = annotationOf(value, element.line);
    const listed = images.get(image);
    // Who reads the labels tells of those of categories that aren't listed.
    const isMeant = listed !== undefined && (category === undefined || known.has(category));
    results.push(isMeant ? take({ value, bytes: element.bytes, listed, category }) : undefined);
    if (listed !== undefined && !isMeant) passOver?.(listed);
  };
  for await (const _ of through(file, edits, new JsonSections({ wanted: ['annotations'], onElement }))) {
    yield* results;
    results = [];
  }
  yield* results;
}

/** Tells how many bytes were read after each piece. */
async function* through(file: string, edits: PlannedFile['edits'], sections: JsonSections): AsyncGenerator<number> {
  try {
    let bytes = 0;
    for await (const piece of editedPieces(file, edits)) {
      sections.push(piece);
      bytes += piece.length;
      yield bytes;
    }
    sections.end();
  } catch (error) {
    throw error instanceof JsonFault || error instanceof CocoFault
      ? invalidLabels(file, error.message)
      : readingFailure(file, error);
  }
}

function licenseOf(license: unknown): Entry[] {
  const value = asObject(license);
  const { id } = value;
  return isCocoId(id) ? [{ id, value, text: JSON.stringify(value) }] : [];
}

function sizeOf({ width, height }: Readonly<Record<string, unknown>>): Size | undefined {
  const isSize = typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0;
  return isSize ? { width, height } : undefined;
}

/** Undefined of what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
