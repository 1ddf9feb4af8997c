/** Where the values of a JSON object stand in its text. */

const decoder = new TextDecoder();

/** A value of an object: where it stands, first byte and behind the last one. */
export interface JsonPlace {
  readonly key: string;
  readonly keyStart: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The keys of an object and where their values stand; nested ones are passed over.
 *
 * @param bytes of an object that JSON.parse takes, UTF-8
 */
export function jsonPlaces(bytes: Uint8Array): JsonPlace[] {
  const text = latin(bytes);
  const places: JsonPlace[] = [];
  let i = text.indexOf('{') + 1;
  for (;;) {
    i = skipSpace(text, i);
    if (i >= text.length || text[i] === '}') return places;
    if (text[i] === ',') {
      i++;
      continue;
    }
    const keyStart = i;
    const keyEnd = endOfValue(text, i);
    const key = String(JSON.parse(utf8Text(bytes.subarray(keyStart, keyEnd))));
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    places.push({ key, keyStart, start, end });
    i = end;
  }
}

/** What UTF-8 says. */
export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A character for each byte, so that places in the text are places in the bytes. */
export function latin(bytes: Uint8Array): string {
  const parts: string[] = [];
  const most = 1 << 13;
  for (let i = 0; i < bytes.length; i += most) parts.push(String.fromCharCode(...bytes.subarray(i, i + most)));
  return parts.join('');
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length && ' \n\r\t'.includes(text[i]!)) i++;
  return i;
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      if (depth === 0) return i + 1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && ', \n\r\t'.includes(character)) return i;
  }
  return text.length;
}
