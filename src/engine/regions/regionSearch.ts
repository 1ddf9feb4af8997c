import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled, indexCorrupt } from '../../core/errors.ts';
import { productsOf, shareVectors } from '../../core/neighbors/simdProducts.ts';
import { topK } from '../../core/neighbors/topK.ts';
import type { MatchedRegion } from '../../protocol/engine.ts';
import type { IndexStore } from '../store/indexStore.ts';

/** Regions that are in memory at once: a few MiB, whatever the number of images. */
const BLOCK = 1024;

export interface RegionQuery {
  readonly encoderKey: number;
  /** L2-normalised. */
  readonly vector: Float32Array;
  /** Contents that may be results. */
  readonly contentKeys: readonly number[];
  /** Contents wanted. */
  readonly count: number;
  readonly signal?: AbortSignal | undefined;
}

export interface NearestRegions {
  /** The contents with the most similar region, best first; of equal ones the first of `contentKeys`. */
  readonly contents: readonly {
    readonly contentKey: number;
    readonly similarity: number;
    readonly region: MatchedRegion;
  }[];
  /** Regions that were compared. */
  readonly compared: number;
}

/** Compares with all regions of an index, exactly: they pass through memory block by block. Rejects with `cancelled`. */
export async function nearestRegions(store: IndexStore, query: RegionQuery): Promise<NearestRegions> {
  const { encoderKey, vector, contentKeys, count } = query;
  const dim = vector.length;
  const slots = new Map(contentKeys.map((key, slot) => [key, slot]));
  const best = new Float32Array(contentKeys.length).fill(Number.NaN);
  const bestRegion = new Float64Array(contentKeys.length);
  const shared = shareVectors(new Float32Array((BLOCK + 1) * dim), BLOCK + 1, dim);
  const product = productsOf(shared);
  const bytes = new Uint8Array(shared.memory.buffer);
  const strideBytes = shared.stride * Float32Array.BYTES_PER_ELEMENT;
  new Float32Array(shared.memory.buffer).set(vector, BLOCK * shared.stride);
  let compared = 0;
  for (let after = 0; ;) {
    const rows = store.regions.block(encoderKey, after, BLOCK);
    rows.forEach(([, , row], i) => {
      if (row.length !== vector.byteLength) {
        throw indexCorrupt(
          store.location,
          new Error(`a region's vector of ${row.length} bytes, not ${vector.byteLength}`),
        );
      }
      bytes.set(row, i * strideBytes);
    });
    rows.forEach(([key, contentKey], i) => {
      const slot = slots.get(contentKey);
      if (slot === undefined) return;
      compared++;
      const similarity = product(i, BLOCK);
      if (similarity <= best[slot]!) return;
      best[slot] = similarity;
      bestRegion[slot] = key;
    });
    if (rows.length < BLOCK) break;
    after = rows.at(-1)![0];
    // Other requests get their turn.
    await breathe();
    if (query.signal?.aborted === true) throw cancelled();
  }
  const { rows: nearest, scores } = topK(best, count, () => true);
  const contents = [...nearest].flatMap((slot, i) => {
    // Gone where somebody has indexed it anew meanwhile.
    const region = store.regions.box(bestRegion[slot]!);
    return region === undefined ? [] : [{ contentKey: contentKeys[slot]!, similarity: scores[i]!, region }];
  });
  return { contents, compared };
}
