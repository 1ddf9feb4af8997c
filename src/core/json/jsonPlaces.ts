/** Where the values of a JSON object stand in its text. */

const decoder = new TextDecoder();

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

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
  const places: JsonPlace[] = [];
  let i = bytes.indexOf(OPEN_OBJECT) + 1;
  for (;;) {
    i = skipSpace(bytes, i);
    if (i >= bytes.length || bytes[i] === CLOSE_OBJECT) return places;
    if (bytes[i] === COMMA) {
      i++;
      continue;
    }
    const keyStart = i;
    const keyEnd = endOfValue(bytes, i);
    const key = String(JSON.parse(utf8Text(bytes.subarray(keyStart, keyEnd))));
    const start = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1);
    const end = endOfValue(bytes, start);
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

function skipSpace(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && isSpace(bytes[i]!)) i++;
  return i;
}

function endOfValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      i++;
      while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
      if (depth === 0) return i + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return i;
  }
  return bytes.length;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
