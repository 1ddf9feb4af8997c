import { jsonPlaces, utf8Text } from './jsonPlaces.ts';

/**
 * The text of an object with other values for some of its keys, which are put first where it lacks them. All else stays as
 * it is written: its spaces, the order of its keys, and numbers of more digits than JSON.parse keeps.
 *
 * @param bytes of an object that JSON.parse takes, UTF-8
 * @param values JSON, by key
 */
export function withValues(bytes: Uint8Array, values: Readonly<Record<string, string>>): string {
  // Not read from the object itself: a key may be called as what every object has, "constructor" for one.
  const missing = new Map(Object.entries(values));
  const wanted = new Map(missing);
  const parts: string[] = [];
  let done = 0;
  const places = jsonPlaces(bytes);
  for (const { key, start, end } of places) {
    const value = wanted.get(key);
    if (value === undefined) continue;
    missing.delete(key);
    parts.push(utf8Text(bytes.subarray(done, start)), value);
    done = end;
  }
  parts.push(utf8Text(bytes.subarray(done)).trimEnd());
  const text = parts.join('');
  if (missing.size === 0) return text;
  const added = [...missing].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',');
  return `{${added}${places.length > 0 ? ',' : ''}${text.trimStart().slice(1)}`;
}
