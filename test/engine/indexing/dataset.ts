import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import type { IndexStore } from '../../../src/engine/store/indexStore.ts';

/** A one-colour picture with a little texture from `seed`, so that no two are alike. */
export async function picture(colour: readonly [number, number, number], seed: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(24 * 16 * 3);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.max(0, Math.min(255, colour[i % 3]! + ((i * (seed + 3)) % 7)));
  }
  return encodeImage(pixels, 24, 16, { format: 'png' });
}

export function write(root: string, path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

/** Everything the index says about the files, independent of the order in which it was found out. */
export function contentsOf(store: IndexStore, encoderKey: number) {
  const table = store.readVectors(encoderKey);
  const paths = [...store.readFiles().keys()].sort();
  const thumbnails = store.readThumbnails(paths);
  const vectors = new Map(
    table.paths.map((path, row) => [path, [...table.matrix.subarray(row * table.dim, (row + 1) * table.dim)]]),
  );
  return {
    files: paths.map((path) => ({
      path,
      size: store.readFiles([path]).get(path)?.size,
      vector: vectors.get(path),
      thumbnail: createHash('sha256')
        .update(thumbnails.get(path) ?? '')
        .digest('hex'),
    })),
    problems: store.readProblems(encoderKey),
    rows: table.paths.length,
  };
}
