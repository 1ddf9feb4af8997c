import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Real images and encoders that live beside the project where it is developed; tests that need them skip without. */
const folder = process.env['LIKENESS_SHARED'] ?? resolve(import.meta.dirname, '../../shared');

/** Absolute path of something in the shared folder. */
export function shared(path: string): string {
  return resolve(folder, path);
}

/** For `{ skip: … }`: false where the path is there, else the reason for skipping. */
export function unlessShared(path: string): false | string {
  return existsSync(shared(path)) ? false : `needs ${path} in the shared folder`;
}

const VECTORS = 'reference/vectors.json';
export const unlessVectors = unlessShared(VECTORS);

/** A section of the float64 test vectors; only for tests that skip with `unlessVectors`. */
export function testVectors(section: string): unknown {
  const sections = JSON.parse(readFileSync(shared(VECTORS), 'utf8')) as Record<string, unknown>;
  return sections[section];
}
