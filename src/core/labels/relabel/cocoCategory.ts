import { jsonPlaces, latin } from '../../json/jsonPlaces.ts';
import { utf8Latin, type ByteEdit } from './byteEdits.ts';

/** The end of a list of categories. */
export interface CategoryList {
  /** Behind the opening bracket, bytes from the beginning of the file. */
  readonly start: number;
  /** The last category and where it begins; undefined where there is none. */
  readonly last: { readonly bytes: Uint8Array; readonly start: number } | undefined;
  /** Where the one before it ends; undefined where there is none. */
  readonly lastButOneEnd: number | undefined;
}

/**
 * The edit that adds categories behind the last one, written as that one is.
 *
 * @param between what stands between two of them: a comma and spaces
 */
export function addedCategories(
  { start, last }: CategoryList,
  between: string,
  added: readonly { readonly id: number; readonly name: string }[],
): ByteEdit {
  if (last === undefined) {
    const plain = added.map(({ id, name }) => `{"id": ${id}, "name": ${utf8Latin(JSON.stringify(name))}}`);
    return { start, end: start, text: plain.join(', ') };
  }
  const text = latin(last.bytes).trimEnd();
  const places = jsonPlaces(last.bytes);
  const first = places[0]!;
  const open = text.slice(text.indexOf('{') + 1, first.keyStart);
  const colon = /^"(?:[^"\\]|\\.)*"(\s*:\s*)$/s.exec(text.slice(first.keyStart, first.start))?.[1] ?? ': ';
  const comma = places[1] === undefined ? ', ' : text.slice(first.end, places[1].keyStart);
  const close = text.slice(places.at(-1)!.end, -1);
  const objects = added.map(({ id, name }) => {
    const values: Readonly<Record<string, string>> = {
      id: String(id),
      name: utf8Latin(JSON.stringify(name)),
      supercategory: '""',
    };
    const pairs = places
      .filter(({ key }) => key in values)
      .map(({ key }) => `${JSON.stringify(key)}${colon}${values[key]!}`);
    return `${between}{${open}${pairs.join(comma)}${close}}`;
  });
  const end = last.start + text.length;
  return { start: end, end, text: objects.join('') };
}
