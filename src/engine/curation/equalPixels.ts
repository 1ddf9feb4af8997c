import { createHash } from 'node:crypto';
import type { CopyPair } from '../../core/curation/copies.ts';
import { grouped } from '../../core/grouped.ts';
import type { JobContext } from '../../core/progress.ts';
import { inPhase } from '../jobs/phase.ts';
import type { KnownImages } from './curatedImages.ts';
import { pixelDigest } from './pictures.ts';

/** Agreement from which on two pictures of one size may have the very same pixels. */
const MAYBE_EQUAL = 0.985;

/**
 * Rows whose pixels may be the very same as those of another one: copies that weren't edited as far as 32 × 32 pixels tell, and
 * pictures of one size that are equal there. Among these are plain ones, whose edges agree in nothing.
 *
 * @param measured rows that have a grey picture
 * @param greyOf 32 × 32
 */
export function maybeEqualRows(
  { facts }: Pick<KnownImages, 'facts'>,
  copies: readonly CopyPair[],
  measured: readonly number[],
  greyOf: (row: number) => Uint8Array,
): number[] {
  const sizeOf = (row: number) => (facts[row] === undefined ? '' : `${facts[row].width} ${facts[row].height}`);
  const unedited = copies.filter(
    ({ first, second, orientation, agreement, isCrop, isCovered }) =>
      orientation === 0 && !isCrop && !isCovered && agreement >= MAYBE_EQUAL && sizeOf(first) === sizeOf(second),
  );
  // Digests, since the pictures themselves would be a hundred megabytes of keys for as many thousand.
  const keyOf = (row: number) => `${sizeOf(row)} ${createHash('sha1').update(greyOf(row)).digest('base64')}`;
  const equal = grouped(measured, keyOf);
  const rows = new Set(unedited.flatMap(({ first, second }) => [first, second]));
  for (const members of equal.values()) if (members.length > 1) for (const row of members) rows.add(row);
  return [...rows].sort((a, b) => a - b);
}

export interface EqualPixels {
  /** Rows that have other bytes than the row they are the same as, but its pixels. */
  readonly byPixels: ReadonlySet<number>;
  /** Digests of the rows' pixels, by the keys of their contents. */
  readonly pixels: ReadonlyMap<number, string>;
}

/**
 * Files of other bytes with the same pixels are as good as the same file. Changes `sameAs`. Rejects with `cancelled`.
 *
 * @param rows those of `maybeEqualRows`, each the lowest of its bytes
 * @param known digests of before, by the keys of contents
 */
export async function joinEqualPixels(
  { paths, facts, contentKeys }: KnownImages,
  rows: readonly number[],
  sameAs: Int32Array,
  { root, known }: { readonly root: string; readonly known: ReadonlyMap<number, string> },
  context: JobContext,
): Promise<EqualPixels> {
  const pixels = new Map<number, string>();
  await inPhase('Comparing pixels', rows.length, context, async (between) => {
    for (const [done, row] of rows.entries()) {
      const key = contentKeys[row]!;
      const digest = known.get(key) ?? (facts[row] && (await pixelDigest(root, paths[row]!, facts[row])));
      if (digest !== undefined) pixels.set(key, digest);
      await between(done + 1);
    }
  });
  const joined = new Map<number, number>();
  for (const same of grouped(rows, (row) => pixels.get(contentKeys[row]!)).values()) {
    for (const row of same) if (row !== same[0]) joined.set(row, same[0]!);
  }
  const byPixels = new Set<number>();
  sameAs.forEach((group, row) => {
    const kept = joined.get(group);
    if (kept === undefined) return;
    sameAs[row] = kept;
    byPixels.add(row);
  });
  return { byPixels, pixels };
}
