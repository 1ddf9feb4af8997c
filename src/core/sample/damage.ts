import type { RandomStream } from '../random.ts';

/** The first part of a file, as an interrupted download leaves it. */
export function truncated(bytes: Uint8Array, fraction: number): Uint8Array {
  return bytes.slice(0, Math.round(bytes.length * fraction));
}

/** Bytes that mean nothing, of the given length. */
export function garbage(length: number, random: RandomStream): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer(256));
}

/** The page that a download saved in place of the picture. */
export function errorPage(): Uint8Array {
  const text =
    '<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n';
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A PNG whose header chunk (dimensions, depth, checksum) is overwritten; its signature is intact. */
export function damagedHeader(png: Uint8Array, random: RandomStream): Uint8Array {
  const [start, end] = [16, 33];
  const result = png.slice();
  result.set(garbage(end - start, random), start);
  return result;
}
